import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { awaitDrop } from "../../src/pipeline/run/await-drop.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { cancelled } from "../../src/pipeline/stages/cancel.ts";
import { start } from "../headless/process.ts";
import { smallDrop } from "../helpers/drops.ts";
import { faultyProxy, refusing } from "../helpers/faulty-proxy.ts";
import { bucket, objectStore, storeVariables } from "../helpers/object-store.ts";
import { type Workplace, workplace } from "../helpers/pipeline.ts";
import { bareEnvironment, consoleProgram } from "../helpers/program.ts";

/** `--pending --wait`: a drop that is there by and by is taken once all of it is. */

setDefaultTimeout(60_000);

const pace = { look: 10, settled: 50 };
const long = 3_600;

let place: Workplace;
let session: Session;
beforeAll(async () => {
  place = await workplace();
  const { database, drops } = place;
  session = await openSession(
    await reachDatabase({ data: drops.path, home: `${drops.path}/home`, database: database.url }),
  );
});
afterAll(async () => {
  await session.close();
  await place.close();
});

/** What was told at the first look, and what the wait comes to. */
function waiting(seconds: number, opened = session) {
  const first = Promise.withResolvers<string>();
  const abort = new AbortController();
  const found = awaitDrop(opened, seconds, first.resolve, abort.signal, pace);
  return { first: first.promise, found, abort };
}

const at = (data: string): Session => ({ ...session, settings: { ...session.settings, data } });

test("it waits for the last file, and then until none of them changes any more", async () => {
  const { path } = place.drops;
  place.drops.write("month_000", smallDrop(["u1"]));
  const last = join(path, "month_000", "labels.csv");
  renameSync(last, `${path}/held`);
  const { first, found } = waiting(long);
  expect(await first).toBe(`Waiting up to 1 h 00 m for a drop in ${path}. month_000: without labels.`);
  renameSync(`${path}/held`, last);
  expect(await found).toEqual(["month_000"]);
  const still = waiting(long);
  expect(await still.first).toContain("month_000: may still be written.");
  expect(await still.found).toEqual(["month_000"]);
});

test("with a marker in the manifest it waits for that, and for nothing else", async () => {
  const marked = { ...session, dataset: { ...session.dataset, marker: "_SUCCESS" } };
  const { first, found } = waiting(long, marked);
  expect(await first).toContain("month_000: without _SUCCESS.");
  writeFileSync(join(place.drops.path, "month_000", "_SUCCESS"), "");
  expect(await found).toEqual(["month_000"]);
  rmSync(join(place.drops.path, "month_000", "_SUCCESS"));
});

test("a later drop that is whole does not pass by one that still comes in", async () => {
  const { path } = place.drops;
  place.drops.write("month_002", smallDrop(["u1"], 2));
  place.drops.write("month_001", smallDrop(["u1"], 1));
  const last = join(path, "month_001", "labels.csv");
  renameSync(last, `${path}/held`);
  expect(await waiting(long).found).toEqual(["month_000"]);
  renameSync(join(path, "month_000"), `${path}/before`);
  const late = waiting(2);
  expect(await late.first).toContain("month_001: without labels. month_002: may still be written.");
  await expect(late.found).rejects.toMatchObject({
    code: "drop_missing",
    title: expect.stringContaining("month_001: without labels. month_002: all there."),
  });
  const { found } = waiting(long);
  renameSync(`${path}/held`, last);
  expect(await found).toEqual(["month_001", "month_002"]);
  renameSync(`${path}/before`, join(path, "month_000"));
  for (const month of ["month_001", "month_002"]) rmSync(join(path, month), { recursive: true });
});

test("a prefix below which nothing lies yet is waited for, and a folder that is not there is told at once", async () => {
  const { found } = waiting(long, at(`${place.drops.path}/nowhere`));
  await expect(found).rejects.toMatchObject({ code: "usage" });
  const store = await objectStore();
  const proxy = faultyProxy(store.url);
  Object.assign(process.env, storeVariables(proxy.url));
  const data = `s3://${bucket}/feed`;
  const first = waiting(long, at(data));
  expect(await first.first).toBe(`Waiting up to 1 h 00 m for a drop in ${data}.`);
  // Nor does the wait end with a server that is away for longer than one look is tried.
  const away = Promise.withResolvers<void>();
  let refusals = 0;
  proxy.instead = () => {
    if (++refusals > 5) away.resolve();
    return refusing(503, "SlowDown");
  };
  await away.promise;
  proxy.instead = () => null;
  for (const [name, rows] of Object.entries(smallDrop(["u1"]))) {
    await store.put(`feed/month_000/${name}`, rows.map((cells) => `${cells.join(",")}\n`).join(""));
  }
  expect(await first.found).toEqual(["month_000"]);
  proxy.stop();
  await store.stop();
  for (const name of Object.keys(storeVariables(""))) delete process.env[name];
});

test("a wait that is cancelled ends", async () => {
  const { first, found, abort } = waiting(long, { ...session, dataset: { ...session.dataset, marker: "_SUCCESS" } });
  await first;
  abort.abort(cancelled("interrupted"));
  await expect(found).rejects.toMatchObject({ code: "interrupted" });
});

test("the command ends with 4 when it did not come, and publishes it when it did", async () => {
  const where = ["--data", place.drops.path, "--home", `${place.drops.path}/home`, "--database", place.database.url];
  const run = (...words: string[]) => start([...consoleProgram, ...words, ...where], bareEnvironment).outcome;
  rmSync(join(place.drops.path, "month_000"), { recursive: true });
  const late = await run("--pending", "--wait", "1s");
  expect(late.code).toBe(4);
  expect(late.stderr).toContain("error: No drop was there within 1.0 s.");
  place.drops.write("month_000", smallDrop(["u1"]));
  const there = await run("--pending", "--wait", "5m");
  expect({ code: there.code, stderr: there.stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining("Waiting up to"),
  });
  expect((await run("--month", "0", "--wait", "2h")).code).toBe(2);
  expect((await run("--pending", "--wait", "soon")).stderr).toContain('"soon" is no duration.');
});
