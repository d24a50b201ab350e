import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { ConsoleError } from "../../src/core/errors.ts";
import type { ExportReport } from "../../src/core/messages/training.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { readByDuckDb } from "../helpers/duckdb.ts";
import { runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);
const january = "2024-01-31";
const february = "2024-02-29";
let database: TestDatabase;
let drops: DropFolder;
let pipeline: Pipeline;
let folder: string;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  drops.write("month_000", smallDrop(["u1", "u2", "U3", "gone"]));
  drops.write("month_001", smallDrop(["u2", "u1", "U3", "new"], 1));
  drops.write("month_002", smallDrop(["u2", "u1", "U3", "new"], 2));
  pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
  expect((await pipeline.call(runRequest(["0..2"]))).exit_code).toBe(0);
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  await database.drop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-export-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, labelsFrom: string | null = null, asOf = january): Promise<ExportReport> {
  return pipeline.call({ kind: "export", as_of: asOf, labels_from: labelsFrom, out: join(folder, name) });
}

async function refused(name: string, labelsFrom: string | null, asOf?: string): Promise<ConsoleError> {
  const error = await write(name, labelsFrom, asOf).then(
    () => null,
    (thrown: ConsoleError) => thrown,
  );
  if (error === null) throw new Error("it was exported");
  expect(readdirSync(folder)).toEqual([]);
  return error;
}

test("another program reads from CSV and from Parquet what the snapshots hold, labels from the month after", async () => {
  const report = await write("train.parquet");
  await write("train.csv");
  expect(report).toMatchObject({ format: "parquet", as_of: january, labels_from: february, rows: 4, labelled: 3 });
  const parquet = await readByDuckDb(`'${folder}/train.parquet'`);
  expect(parquet.columns).toEqual({
    user_id: "VARCHAR",
    as_of: "DATE",
    months_active: "INTEGER",
    monthly_fee: "DOUBLE",
    paperless_billing: "BOOLEAN",
    plan_stream_tv: "BOOLEAN",
    plan_stream_movies: "BOOLEAN",
    net_service: "VARCHAR",
    watch_hours_30d: "DOUBLE",
    avg_session_mins_7d: "DOUBLE",
    unique_devices_30d: "INTEGER",
    skips_7d: "INTEGER",
    rebuffer_events_7d: "INTEGER",
    failed_payments_90d: "INTEGER",
    support_tickets_90d: "INTEGER",
    ticket_avg_resolution_hrs_90d: "DOUBLE",
    churn_label: "BOOLEAN",
    label_as_of: "DATE",
  });
  const expected = await database.sql`
    select s.user_id, s.as_of, s.months_active, s.monthly_fee::float8, s.paperless_billing, s.plan_stream_tv,
           s.plan_stream_movies, s.net_service, u.watch_hours_30d::float8, u.avg_session_mins_7d::float8,
           u.unique_devices_30d, u.skips_7d, u.rebuffer_events_7d, p.failed_payments_90d, t.support_tickets_90d,
           t.ticket_avg_resolution_hrs_90d::float8, l.churn_label, ${february}::date as label_as_of
      from subscriptions_profile_snapshots s
      join usage_agg_30d_snapshots u using (user_id, as_of) join payments_agg_90d_snapshots p using (user_id, as_of)
      join support_agg_90d_snapshots t using (user_id, as_of)
      left join labels_snapshots l on l.user_id = s.user_id and l.as_of = ${february}
     where s.as_of = ${january} order by s.user_id collate "C"`.values();
  expect(parquet.rows).toEqual([...expected]);
  expect(parquet.rows.map(([user]) => user)).toEqual(["U3", "gone", "u1", "u2"]);
  const csv = await readByDuckDb(`'${folder}/train.csv'`);
  // Whole numbers are BIGINT to whoever reads text, and BIGINTs are text in JSON.
  expect(csv.rows.map((row) => row.map(String))).toEqual(parquet.rows.map((row) => row.map(String)));
});

test("the same seals give the same bytes, and the manifest says what they were made from", async () => {
  for (const name of ["train.csv", "train.parquet"]) {
    const report = await write(name, "2024-03-31");
    const bytes = readFileSync(report.file);
    const manifest = readFileSync(report.manifest, "utf8");
    await write(name, "2024-03-31");
    expect(readFileSync(report.file)).toEqual(bytes);
    expect(readFileSync(report.manifest, "utf8")).toBe(manifest);
    expect(
      readdirSync(folder)
        .filter((file) => file.startsWith(name))
        .sort(),
    ).toEqual([name, `${name}.manifest.json`]);
    const told = JSON.parse(manifest);
    expect(told).toMatchObject({ file: name, as_of: january, labels_from: "2024-03-31", rows: 4, labelled: 3 });
    expect(told.sha256).toBe(new Bun.CryptoHasher("sha256").update(bytes).digest("hex"));
    expect(told.bytes).toBe(bytes.byteLength);
    const { snapshots } = await pipeline.call({ kind: "snapshots" });
    expect(told.seals).toHaveLength(5);
    for (const seal of told.seals) expect(snapshots).toContainEqual(expect.objectContaining(seal));
    expect([...(await database.sql.unsafe(told.query))]).toHaveLength(4);
  }
});

test("kill -9 leaves no file under its name, and the next export clears away what was left", async () => {
  const { sql, url } = database;
  const killed = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: url });
  await killed.call({ kind: "snapshots" });
  await sql`begin`;
  await sql`lock table labels_snapshots in access exclusive mode`;
  const request = { kind: "export", as_of: january, labels_from: null, out: join(folder, "train.csv") } as const;
  const exporting = killed.call(request).catch((error: ConsoleError) => error.code);
  while (readdirSync(folder).length < 2) await new Promise(setImmediate);
  killed.kill();
  expect(await exporting).toBe("pipeline_died");
  await sql`rollback`;
  await killed.close();
  expect(readdirSync(folder).filter((name) => !name.endsWith(".partial"))).toEqual([]);
  await write("train.csv");
  expect(readdirSync(folder).sort()).toEqual(["train.csv", "train.csv.manifest.json"]);
});

test("labels that are not later would leak", async () => {
  const same = await refused("train.csv", january);
  expect(same).toMatchObject({ code: "leak", exitCode: 4 });
  expect(same.title).toBe(`Labels of ${january} would leak: they are not later than ${january}.`);
  expect(await refused("train.csv", january, february)).toMatchObject({ code: "leak" });
});

test("what is not sealed, or not as it was sealed, is not exported", async () => {
  expect(await refused("train.csv", "2024-04-30")).toMatchObject({ code: "unknown_snapshot" });
  expect(await refused("train.csv", null, "2024-01-30")).toMatchObject({ code: "unknown_snapshot" });
  expect(await refused("train.csv", null, "2024-03-31")).toMatchObject({ code: "unknown_snapshot" });
  expect(await refused("train.csv", null, "january")).toMatchObject({ code: "usage" });
  await database.sql`update labels_snapshots set churn_label = not churn_label where as_of = ${february}`;
  expect(await refused("train.parquet", null)).toMatchObject({ code: "seal_broken", exitCode: 1 });
  await database.sql`update labels_snapshots set churn_label = not churn_label where as_of = ${february}`;
});

test("a file that cannot be written leaves nothing behind", async () => {
  expect(await refused("no/such/train.csv", null)).toMatchObject({ code: "io_error", exitCode: 3 });
  expect(await refused("train.txt", null)).toMatchObject({ code: "usage", exitCode: 2 });
  expect(existsSync(join(folder, "no"))).toBe(false);
});

/** Seals as an older console left them: for this while, the snapshots of February are of this month. */
async function asIfOf(month: string, work: () => Promise<void>): Promise<void> {
  const { sql } = database;
  const set = (name: string) => sql`update console.seals set month = ${name} where as_of = ${february}`;
  await set(month);
  try {
    await work();
  } finally {
    await set("month_001");
  }
}

test("labels must be of a later month than every feature, whatever the dates say, and doctor tells of such pairs", async () => {
  await asIfOf("month_000", async () => {
    const leak = await refused("train.csv", february);
    expect(leak).toMatchObject({ code: "leak", exitCode: 4 });
    expect(leak.title).toBe(
      "Labels as of 2024-02-29 would leak: month_000 brought them, and subscriptions_profile_snapshots as of 2024-01-31 is of month_000.",
    );
    // The next that are of a later month are taken by themselves.
    expect(await write("train.csv")).toMatchObject({ labels_from: "2024-03-31" });
    const { checks } = await pipeline.call({ kind: "doctor" });
    expect(checks.find(({ name }) => name === "stamps")).toMatchObject({
      state: "warn",
      detail: "Not in the order of their months: month_000 has two dates, 2024-01-31 and 2024-02-29.",
    });
  });
  await asIfOf("month_005", async () => {
    const { checks } = await pipeline.call({ kind: "doctor" });
    expect(checks.find(({ name }) => name === "stamps")?.detail).toContain(
      "month_005 is stamped 2024-02-29, before month_002 (2024-03-31)",
    );
  });
  const { checks } = await pipeline.call({ kind: "doctor" });
  expect(checks.find(({ name }) => name === "stamps")).toMatchObject({ state: "ok" });
});

test("a value is written to its last digit, whatever a role or a database has set", async () => {
  const { sql } = database;
  const [named] = await sql<{ name: string }[]>`select current_database() as name`;
  await sql`alter table support_agg_90d add column score double precision default 0.1::float8 + 0.2`;
  await sql`alter table support_agg_90d_snapshots add column score double precision`;
  await sql.unsafe(`alter database "${named?.name}" set extra_float_digits = -12`);
  const other = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
  try {
    drops.write("month_003", smallDrop(["u2", "u1"], 3));
    drops.write("month_004", smallDrop(["u2", "u1"], 4));
    const support = (salt: number) =>
      smallDrop(["u2", "u1"], salt)["support_agg_90d.csv"]?.map((row, index) => [
        ...row,
        index === 0 ? "score" : "0.30000000000000004",
      ]);
    for (const month of [3, 4]) drops.write(`month_00${month}`, { "support_agg_90d.csv": support(month) ?? [] });
    expect((await other.call(runRequest(["3..4"]))).exit_code).toBe(0);
    await other.call({ kind: "export", as_of: "2024-04-30", labels_from: null, out: join(folder, "exact.csv") });
    expect(readFileSync(join(folder, "exact.csv"), "utf8")).toContain("0.30000000000000004");
  } finally {
    await other.close();
  }
});
