import {
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { linesOf } from "../../../src/core/messages/requests.ts";
import { serverPaths } from "../../../src/postgres/embedded/home.ts";
import { findPostmaster } from "../../../src/postgres/embedded/postmaster.ts";
import type { Outcome } from "../../headless/process.ts";
import { pipelineOf } from "../../helpers/terminal.ts";
import { asIfNothing, triedAgain } from "../catalogue/fault.ts";
import { environmentIn, program, startConsole, type Workshop } from "../console.ts";
import { cannotMount, makeRoom, mountSmall, unmount } from "../mounting.ts";
import type { HomeFault } from "./meet.ts";

const dataOf = ({ home }: Workshop) => serverPaths(home).data;

/** As a server that crashed leaves it. */
function pidFile(shop: Workshop, pid: number): void {
  const { data, pid: file } = serverPaths(shop.home);
  writeFileSync(file, `${pid}\n${data}\n1700000000\n5432\n/tmp/nowhere\n\n  1 2\nready\n`);
}

/** A stranger who got the number that a server had. */
let stranger: Bun.Subprocess | null = null;

function withStranger(shop: Workshop): void {
  const { uid, gid } = statSync(dataOf(shop));
  stranger = Bun.spawn(["sleep", "300"], isRoot() ? { uid, gid } : {});
  pidFile(shop, stranger.pid);
}

const isRoot = () => process.getuid?.() === 0;
const forRoot = () => (isRoot() ? null : "only root may");

/** The console is killed as soon as its initdb has begun. */
async function interruptedInit(shop: Workshop): Promise<Outcome> {
  const working = startConsole(shop, ["--month", "0"]);
  const { folder } = serverPaths(shop.home);
  const isBegun = () => {
    try {
      return readdirSync(folder).some((name) => name.startsWith("data.new-"));
    } catch {
      return false;
    }
  };
  while (!isBegun()) await Bun.sleep(2);
  working.signal("SIGKILL");
  return working.outcome;
}

/** In the middle of its run, by what is then done to it. */
function inRun(deed: (pid: number, shop: Workshop) => Promise<void>): NonNullable<HomeFault["provoke"]> {
  return async (shop) => {
    const child = Bun.spawn([...program, "--month", "1", "--json"], {
      env: environmentIn(shop),
      stdout: "pipe",
      stderr: "pipe",
    });
    let isDone = false;
    let stdout = "";
    for await (const line of linesOf(child.stdout)) {
      stdout += `${line}\n`;
      if (isDone || !line.includes("stage.started")) continue;
      isDone = true;
      await deed(child.pid, shop);
    }
    const [stderr, code] = await Promise.all([child.stderr.text(), child.exited]);
    return { code: child.signalCode === null ? code : null, stdout, stderr };
  };
}

const killed =
  (signal: NodeJS.Signals) =>
  async (_: number, { home }: Workshop) => {
    const pid = findPostmaster(serverPaths(home))?.pid;
    if (pid !== undefined) process.kill(pid, signal);
  };

/** Another console uses the home, and one of the two leaves first. */
function together(first: "the other" | "the run"): NonNullable<HomeFault["provoke"]> {
  return async (shop) => {
    const [run, other] = [startConsole(shop, ["--month", "1"]), startConsole(shop, ["snapshots", "--verify"])];
    const seen = first === "the run" ? await run.outcome : await other.outcome;
    const [outcome, verified] = await Promise.all([run.outcome, other.outcome]);
    void seen;
    return verified.code === 0 ? outcome : verified;
  };
}

const small = "the home's disk is full";
/** A link, so that the home goes as any other does; what is mounted goes with the trial. */
const mounted = (shop: Workshop) => join(shop.folder, "mounted");

/** What befalls a home. */
export const homeFaults: readonly HomeFault[] = [
  { name: "a stale pid file", arrange: (shop) => pidFile(shop, 2 ** 22), expected: asIfNothing, isFixed: true },
  {
    name: "a pid file whose number is another's now",
    arrange: withStranger,
    expected: asIfNothing,
    remedy: () => stranger?.kill(),
  },
  { name: "initdb was interrupted", isNew: true, provoke: interruptedInit, expected: { exit: null } },
  {
    name: "another major version made the database",
    arrange: (shop) => writeFileSync(join(dataOf(shop), "PG_VERSION"), "13\n"),
    expected: { exit: 3, says: /PostgreSQL 13[\s\S]*--home/ },
    remedy: (shop) => writeFileSync(join(dataOf(shop), "PG_VERSION"), "18\n"),
    isFixed: true,
  },
  {
    name: "the database's folder is another user's",
    unless: forRoot,
    arrange: (shop) => chownSync(dataOf(shop), 12345, 12345),
    expected: asIfNothing,
    remedy(shop) {
      const { uid, gid } = statSync(serverPaths(shop.home).folder);
      chownSync(dataOf(shop), uid, gid);
    },
  },
  {
    name: "a home that was copied",
    arrange(shop) {
      cpSync(shop.home, `${shop.home}.copy`, { recursive: true, preserveTimestamps: true });
      if (isRoot()) Bun.spawnSync(["cp", "-a", "--remove-destination", `${shop.home}/.`, `${shop.home}.copy`]);
      renameSync(shop.home, `${shop.home}.old`);
      renameSync(`${shop.home}.copy`, shop.home);
    },
    expected: asIfNothing,
  },
  {
    name: "a home that was moved",
    arrange(shop) {
      renameSync(shop.home, `${shop.home}.elsewhere`);
      symlinkSync(`${shop.home}.elsewhere`, shop.home);
    },
    expected: asIfNothing,
  },
  {
    name: "the home is a file",
    isNew: true,
    arrange: (shop) => writeFileSync(shop.home, ""),
    expected: { exit: 3, says: /--home/ },
    remedy: (shop) => unlinkSync(shop.home),
  },
  {
    name: "the home is a link that leads nowhere",
    isNew: true,
    arrange: (shop) => symlinkSync(join(shop.folder, "nowhere"), shop.home),
    expected: { exit: 3, says: /is a link to/ },
    remedy: (shop) => mkdirSync(join(shop.folder, "nowhere")),
  },
  {
    name: "the home holds what is another's",
    isNew: true,
    arrange(shop) {
      mkdirSync(serverPaths(shop.home).folder, { recursive: true });
      writeFileSync(join(serverPaths(shop.home).folder, "thesis.txt"), "");
    },
    expected: { exit: 3, says: /files that the console did not make/ },
    remedy: (shop) => renameSync(join(serverPaths(shop.home).folder, "thesis.txt"), join(shop.folder, "thesis.txt")),
  },
  {
    name: "the server's configuration is gone",
    arrange: (shop) => rmSync(join(dataOf(shop), "postgresql.conf")),
    expected: asIfNothing,
    remedy: (shop) => writeFileSync(join(dataOf(shop), "postgresql.conf"), "# Written by the console at each start\n"),
  },
  {
    name: "a setting that the server does not take",
    arrange: (shop) => writeFileSync(join(dataOf(shop), "postgresql.auto.conf"), "max_connections = none\n"),
    expected: { exit: 3, says: /postgresql\.auto\.conf|max_connections/ },
    remedy: (shop) => writeFileSync(join(dataOf(shop), "postgresql.auto.conf"), ""),
  },
  {
    name: "the control file is damaged",
    arrange(shop) {
      const path = join(dataOf(shop), "global/pg_control");
      writeFileSync(join(shop.folder, "control"), readFileSync(path));
      writeFileSync(path, Buffer.alloc(8192));
    },
    expected: { exit: 3, says: /server\.log|control/ },
    remedy: (shop) =>
      writeFileSync(join(dataOf(shop), "global/pg_control"), readFileSync(join(shop.folder, "control"))),
  },
  {
    name: "kill -9 of the server in a run",
    provoke: inRun(killed("SIGKILL")),
    expected: triedAgain,
    isFixed: true,
  },
  { name: "an immediate stop of the server in a run", provoke: inRun(killed("SIGQUIT")), expected: triedAgain },
  { name: "a fast stop of the server in a run", provoke: inRun(killed("SIGINT")), expected: triedAgain },
  {
    name: "kill -9 of the only console",
    provoke: inRun(async (pid) => void process.kill(pid, "SIGKILL")),
    expected: { exit: null },
    isFixed: true,
  },
  {
    name: "kill -9 of the only console's pipeline",
    provoke: inRun(async (pid) => void process.kill(await pipelineOf(pid), "SIGKILL")),
    expected: { exit: 3, says: /SIGKILL/ },
  },
  {
    name: "the home is used by two, and the other leaves first",
    provoke: together("the other"),
    expected: asIfNothing,
  },
  { name: "the home is used by two, and the run leaves first", provoke: together("the run"), expected: asIfNothing },
  {
    name: "somebody who is not root, on a home of root's",
    unless: forRoot,
    provoke: async (shop) => {
      const words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...program, "--month", "1"];
      const child = Bun.spawn(words, { env: environmentIn(shop), stdout: "pipe", stderr: "pipe" });
      const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      return { stdout, stderr, code };
    },
    expected: { exit: 3, says: /remedy: / },
  },
  ...[0, 64].map(
    (filled): HomeFault => ({
      name: filled === 0 ? small : `${small} before a word of it is written`,
      isNew: true,
      unless: cannotMount,
      arrange(shop) {
        mkdirSync(mounted(shop));
        mountSmall(mounted(shop), filled === 0 ? "4m" : `${filled}k`);
        writeFileSync(join(mounted(shop), "filling"), Buffer.alloc(filled * 1024));
        symlinkSync(mounted(shop), shop.home);
      },
      expected: { exit: 3, says: /full|space/i },
      remedy: (shop) => makeRoom(mounted(shop)),
      clear: (shop) => unmount(mounted(shop)),
    }),
  ),
];
