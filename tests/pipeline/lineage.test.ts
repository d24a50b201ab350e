import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Ajv from "ajv";
import { start } from "../headless/process.ts";
import { dropFolder, smallDrop } from "../helpers/drops.ts";
import { bucket, objectStore, storeVariables } from "../helpers/object-store.ts";
import { runEventFacts } from "../helpers/openlineage-facts.ts";
import { type Workplace, workplace } from "../helpers/pipeline.ts";
import { bareEnvironment, consoleProgram } from "../helpers/program.ts";

setDefaultTimeout(60_000);

const isEvent = new Ajv({ strict: false }).compile(runEventFacts);
const parent = "airflow/churn.load/0198f1a2-0000-7000-8000-000000000001";
const users = ["u1", "u2", "u3"];

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  place.drops.write("month_000", smallDrop(users));
  const broken = smallDrop(users, 1);
  place.drops.write("month_001", { ...broken, "users.csv": [...(broken["users.csv"] ?? []), ["s3cret-cell"]] });
});
afterAll(() => place.close());

interface Event {
  eventType: string;
  run: { runId: string; facets: { errorMessage?: { message: string }; parent: { job: object; run: object } } };
  job: { namespace: string; name: string };
  inputs: {
    namespace: string;
    name: string;
    facets: { dataSource: object };
    inputFacets: Record<string, Record<string, unknown>>;
  }[];
  outputs: { namespace: string; name: string; outputFacets: { outputStatistics?: { rowCount: number } } }[];
}

/** Run it, and what was told of it. */
function told(...words: string[]): Promise<Event[]> {
  const { drops, database } = place;
  const where = ["--data", drops.path, "--home", join(drops.path, "home"), "--database", database.url];
  return toldOf([...words, ...where]);
}

/** The same of any command line. */
async function toldOf(words: string[], env: Record<string, string> = {}): Promise<Event[]> {
  const file = join(place.drops.path, "events");
  rmSync(file, { force: true });
  await start([...consoleProgram, ...words], {
    ...env,
    ...{ ...bareEnvironment, OPENLINEAGE_NAMESPACE: "churn", OPENLINEAGE_PARENT_ID: parent },
    ...{ OPENLINEAGE__TRANSPORT__TYPE: "file", OPENLINEAGE__TRANSPORT__APPEND: "true" },
    OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: file,
  }).outcome;
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const events = lines.map((line) => JSON.parse(line));
  for (const event of events)
    expect({ sound: isEvent(event), errors: isEvent.errors }).toEqual({ sound: true, errors: null });
  return events;
}

test("a month that is published: what was read, checked and written, as the ledger has it", async () => {
  const [begun, done, ...more] = await told("--month", "0");
  expect([begun?.eventType, done?.eventType, more]).toEqual(["START", "COMPLETE", []]);
  expect(done?.run.runId).toBe(begun?.run.runId ?? "");
  expect(done?.job).toMatchObject({ namespace: "churn", name: "streamflow.streamflow" });
  expect(done?.run.facets.parent).toMatchObject({
    job: { namespace: "airflow", name: "churn.load" },
    run: { runId: parent.split("/")[2] },
  });
  expect(begun?.inputs.map(({ name, inputFacets }) => [name, inputFacets])).toEqual(
    (done?.inputs ?? []).map(({ name }) => [name, {}]),
  );
  expect(done?.inputs[0]).toMatchObject({
    name: join(place.drops.path, "month_000", "users.csv"),
    inputFacets: { dataQualityMetrics: { rowCount: 3 } },
  });
  const checks = (done?.inputs ?? []).flatMap(({ inputFacets }) => inputFacets.dataQualityAssertions?.assertions ?? []);
  const [kept] = await place.database.sql`select count(*)::int as checks from console.run_expectations where run = 1`;
  expect(checks.length).toBe(kept?.checks);
  const name = (await place.database.sql`select current_database() as name`)[0]?.name;
  const rows = Object.fromEntries(
    (done?.outputs ?? []).map(({ name, outputFacets }) => [name, outputFacets.outputStatistics?.rowCount]),
  );
  expect(rows).toMatchObject({ [`${name}.public.users`]: 3, [`${name}.public.labels_snapshots`]: 3 });
  // The same files once more: no run is begun, and that of before is over.
  await expect(told("--month", "0")).rejects.toThrow("ENOENT");
});

test("a drop that is rejected fails, without a cell of it; a dry run is no news", async () => {
  const [begun, failed] = await told("--month", "1");
  expect([begun?.eventType, failed?.eventType]).toEqual(["START", "FAIL"]);
  expect(failed?.run.facets.errorMessage?.message).toContain("month_001 was rejected");
  expect(JSON.stringify([begun, failed])).not.toContain("s3cret-cell");
  await expect(told("--month", "1", "--dry-run")).rejects.toThrow("ENOENT");
});

test("files are named as they lie there, from the first word on: by the calendar, compressed, in a bucket", async () => {
  const store = await objectStore();
  const folder = dropFolder();
  try {
    for (const [name, rows] of Object.entries(smallDrop(users))) {
      const text = gzipSync(rows.map((cells) => `${cells.join(",")}\n`).join(""));
      await store.put(`feed/2024-01/${name}.gz`, text);
    }
    const words = ["--month", "0", "--force", "--data", `s3://${bucket}/feed/`, "--database", place.database.url];
    const [begun, done] = await toldOf([...words, "--home", folder.path], storeVariables(store.url));
    const [first, ...others] = begun?.inputs ?? [];
    expect(first).toMatchObject({
      namespace: `s3://${bucket}`,
      name: "feed/2024-01/users.csv.gz",
      facets: { dataSource: { name: `s3://${bucket}`, uri: `s3://${bucket}/feed/2024-01/users.csv.gz` } },
    });
    expect(done?.eventType).toBe("COMPLETE");
    expect(done?.inputs.map(({ name }) => name)).toEqual([first?.name ?? "", ...others.map(({ name }) => name)]);
  } finally {
    await store.stop();
    folder.remove();
  }
});

test("the embedded server's tables are named by its database", async () => {
  const folder = dropFolder();
  try {
    folder.write("data/month_000", smallDrop(users));
    const where = ["--data", join(folder.path, "data"), "--home", join(folder.path, "home")];
    const [begun] = await toldOf(["--month", "0", ...where]);
    expect(begun?.outputs[0]).toMatchObject({
      namespace: `postgres://${hostname()}${join(folder.path, "home")}`,
      name: "streamflow.public.users",
    });
  } finally {
    folder.remove();
  }
});
