import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { serverPaths } from "../../src/postgres/embedded/home.ts";
import { serverStatus, startServer, stopServer } from "../../src/postgres/embedded/server.ts";
import { silently } from "../../src/postgres/embedded/waiting.ts";
import { fastSettings } from "../helpers/fast-settings.ts";
import { acquire, ask, homesFolder, patience, socketDirectoryOf, sound } from "../helpers/homes.ts";
import { OtherConsole } from "../helpers/other-console.ts";

setDefaultTimeout(60_000);

const homes = homesFolder();
/** The first test makes its database; no server runs on it before or after a test. */
const home = join(homes.path, "home");

afterEach(async () => void (await stopServer(home)));
afterAll(homes.remove);

const modeOf = (path: string) => statSync(path).mode & 0o777;

test(
  "two consoles that begin at once on a new home share one server",
  async () => {
    const users = [new OtherConsole(home), new OtherConsole(home)];
    const [first, second] = await Promise.all(users.map((user) => user.url()));
    expect(first).toBe(second ?? "");
    expect(await ask(first ?? "")).toEqual(sound);
    await Promise.all(users.map((user) => user.leave()));
    expect(await serverStatus(home)).toMatchObject({ running: false });
  },
  patience,
);

test("a home is for its owner alone, and its server goes with its only user", async () => {
  const use = await acquire(home);
  expect(await ask(use.url)).toEqual(sound);
  const files = serverPaths(home);
  const directory = socketDirectoryOf(use.url);
  for (const path of [home, files.folder, files.data, directory]) expect(modeOf(path)).toBe(0o700);
  expect(await serverStatus(home)).toMatchObject({ running: true, kept: false, url: use.url, home });
  await use.release();
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false, pid: null, url: null });
  expect(existsSync(directory)).toBe(false);
});

test("a home has one server, by whatever link it is reached", async () => {
  const link = join(homes.path, "link");
  symlinkSync(home, link);
  const use = await acquire(link);
  expect(await serverStatus(home)).toMatchObject({ running: true, url: use.url });
  expect(await serverStatus(link)).toMatchObject({ running: true, url: use.url });
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false });
});

test("the server stays while anybody uses it, and leaves with the last", async () => {
  const other = new OtherConsole(home);
  const url = await other.url();
  const use = await acquire(home);
  expect(use.url).toBe(url);
  await other.leave();
  expect(await ask(url)).toEqual(sound);
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false });
});

test("Ctrl-C at the terminal of a user does not reach the server", async () => {
  const other = new OtherConsole(home);
  const url = await other.url();
  const { pid } = await serverStatus(home);
  const use = await acquire(home);
  await other.interrupt();
  expect(await ask(url)).toEqual(sound);
  expect((await serverStatus(home)).pid).toBe(pid);
  await use.release();
});

test("a server that was started stays without users until it is stopped", async () => {
  expect(await startServer(home, silently, fastSettings)).toMatchObject({ running: true, kept: true });
  const use = await acquire(home);
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: true, kept: true, version: expect.stringMatching(/^\d+/) });
  expect(await stopServer(home)).toMatchObject({ running: false, kept: false });
});

test("to stop a server that is in use lets its users finish", async () => {
  await startServer(home, silently, fastSettings);
  const use = await acquire(home);
  expect(await stopServer(home)).toMatchObject({ running: true, kept: false });
  expect(await ask(use.url)).toEqual(sound);
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false });
});
