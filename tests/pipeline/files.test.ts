import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/messages/events.ts";
import type { RunRequest } from "../../src/core/messages/requests.ts";
import { checkDrops } from "../../src/pipeline/answers/check.ts";
import { browseMonths } from "../../src/pipeline/answers/months.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { withDuckDb } from "../helpers/duckdb.ts";
import { digest, lastOf, openedAs, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { zipOf } from "../helpers/zip.ts";

/** A drop whose tables are spread over files, or that lies in archives, is the same drop, from the stage to the seals. */

setDefaultTimeout(120_000);
const users = ["u1", "u2", "u3", "u4"];
let database: TestDatabase;
let drops: DropFolder;
let session: Session;
let names: Map<string, string>;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  const settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
  session = await openSession(await reachDatabase(settings));
  names = new Map(session.tables.map(({ name, manifest }) => [name, manifest.file]));
});
afterAll(async () => {
  await session.close();
  drops.remove();
  await database.drop();
});
beforeEach(async () => {
  await emptied(database.sql);
  drops.empty();
  for (const { name, manifest } of session.tables) manifest.file = names.get(name) ?? "";
});

async function run(month = "month_000", more: Partial<RunRequest> = {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const request = runRequest([month], more);
  await runMonths(openedAs(session), request, (event) => void events.push(event), new AbortController().signal);
  return events;
}

const textOf = (rows: Rows) => rows.map((cells) => `${cells.join(",")}\n`).join("");

/** The rows in two files, the columns of the second in another order. */
function halves(rows: Rows): [string, string] {
  const [header = [], ...data] = rows;
  const turned = (cells: readonly string[]) => cells.toReversed();
  return [textOf([header, ...data.slice(0, 2)]), textOf([header, ...data.slice(2)].map(turned))];
}

function writeSpread(drop: Record<string, Rows>, folder = "2024-01"): void {
  const path = join(drops.path, folder);
  mkdirSync(path, { recursive: true });
  for (const { name, manifest } of session.tables) {
    const rows = drop[names.get(name) ?? ""] ?? [];
    const [first, second] = halves(rows);
    const isZipped = name === "labels" || name === "usage_agg_30d";
    manifest.file = isZipped ? `${name}.zip` : `${name}_*.csv`;
    if (name === "labels") writeFileSync(join(path, `${name}.zip`), zipOf({ "x/any.csv": textOf(rows) }));
    else if (isZipped) writeFileSync(join(path, `${name}.zip`), zipOf({ "b.csv": second, "a.csv": first }));
    else {
      writeFileSync(join(path, `${name}_2.csv`), second);
      writeFileSync(join(path, `${name}_1.csv.gz`), Bun.gzipSync(Buffer.from(first)));
    }
  }
}

test("parts, archives and a folder of the calendar make the database that plain files make", async () => {
  drops.write("month_000", smallDrop(users));
  await run();
  const plain = await digest(database.sql);
  await emptied(database.sql);
  drops.empty();
  writeSpread(smallDrop(users));
  const events = await run();
  expect(lastOf(events, "run.finished")).toMatchObject({
    status: "published",
    month: "month_000",
    as_of: "2024-01-31",
  });
  expect(await digest(database.sql)).toBe(plain);

  const { months } = await browseMonths(session);
  const [month] = months;
  expect(month).toMatchObject({ month: "month_000", state: "ok" });
  const parts = month?.files.find(({ table }) => table === "users")?.parts;
  expect(parts?.map(({ path }) => path.slice(drops.path.length))).toEqual([
    "/2024-01/users_1.csv.gz",
    "/2024-01/users_2.csv",
  ]);
  const kept = await database.sql<{ rows: number; parts: { rows: number; sha256: string }[] }[]>`
    select rows, parts from console.run_files where table_name = 'users'`;
  expect(kept).toMatchObject([{ rows: 4, parts: [{ rows: 2, sha256: expect.any(String) }, { rows: 2 }] }]);

  // The same contents, touched: read, and found to be what was published.
  expect(lastOf(await run(), "run.finished")?.status).toBe("unchanged");
  writeSpread(smallDrop(users));
  expect(lastOf(await run(), "run.finished")?.status).toBe("unchanged");
  expect(lastOf(await run("month_000", { force: true }), "run.finished")?.status).toBe("published");
  writeSpread(smallDrop(users, 1), "2024-02");
  expect(lastOf(await run("month_001", { dry_run: true }), "run.finished")?.status).toBe("dry_run");
  expect(lastOf(await run("month_001"), "run.finished")?.as_of).toBe("2024-02-29");
});

test("Parquet makes the database that plain files make, and tells the row of a fault", async () => {
  drops.write("month_000", smallDrop(users));
  await run();
  const plain = await digest(database.sql);
  await emptied(database.sql);
  const path = join(drops.path, "month_000");
  const { run: duckDb, close } = await withDuckDb();
  // A numeric column keeps the zeros at the end, which a double has none of.
  const types: Record<string, string> = {
    subscriptions: "{'monthly_fee': 'decimal(8,2)'}",
    support_agg_90d: "{'ticket_avg_resolution_hrs_90d': 'decimal(8,1)'}",
  };
  for (const { name, manifest } of session.tables) {
    const file = manifest.file;
    manifest.file = `${name}.parquet`;
    const typed = types[name] === undefined ? "" : `, types = ${types[name]}`;
    await duckDb(`copy (select * from read_csv('${join(path, file)}', header = true${typed}))
                  to '${join(path, manifest.file)}' (format parquet)`);
  }
  expect(lastOf(await run(), "run.finished")?.status).toBe("published");
  expect(await digest(database.sql)).toBe(plain);
  expect(lastOf(await run(), "run.finished")?.status).toBe("unchanged");
  await duckDb(`copy (select user_id, case when user_id = 'u2' then -1 else 40 end as failed_payments_90d
                      from (values ('u1'), ('u2'), ('u2')) t(user_id))
                to '${join(path, "payments_agg_90d.parquet")}' (format parquet)`);
  close();
  const { drops: checked } = await checkDrops(session, { kind: "check", selection: { months: ["month_000"] } });
  expect(checked[0]?.faults).toMatchObject([
    { file: "payments_agg_90d.parquet", line: 3, code: "key_repeated", reason: "the key stands on row 2 already" },
  ]);
});

test("faults of keys and of values are told of the part and the line, by check and by the run", async () => {
  writeSpread(smallDrop(users));
  const path = join(drops.path, "2024-01");
  writeFileSync(join(path, "payments_agg_90d_2.csv"), "failed_payments_90d,user_id\n1,u1\n2,nobody\n");
  writeFileSync(join(path, "users_3.csv"), textOf(smallDrop(["u3"])["users.csv"] ?? []));
  const expected = [
    "users_3.csv:2 key_repeated the key stands on line 2 of users_2.csv already",
    "payments_agg_90d_2.csv:2 key_repeated the key stands on line 2 of payments_agg_90d_1.csv.gz already",
    "payments_agg_90d_2.csv:3 key_orphaned user_id is neither in users_*.csv nor live in users",
  ];
  const inWords = (faults: readonly { file: string; line?: number; code: string; reason: string }[]) =>
    faults.map(({ file, line, code, reason }) => `${file}:${line} ${code} ${reason}`);
  const { drops: checked } = await checkDrops(session, { kind: "check", selection: { months: ["month_000"] } });
  expect(inWords(checked[0]?.faults ?? [])).toEqual(expected);
  const failed = lastOf(await run(), "run.failed");
  expect(inWords(failed?.faults ?? [])).toEqual(expected);
  const rejects = await Bun.file(failed?.reject_file ?? "").text();
  expect(rejects).toContain("\npayments_agg_90d_2.csv,3,user_id,nobody,");
  expect(await database.sql`select from users`).toHaveLength(0);
});

test("what an expectation does not allow is told of the part and the line", async () => {
  const drop = smallDrop(users);
  const rows = (drop["payments_agg_90d.csv"] ?? []).map((cells) => (cells[0] === "u4" ? ["u4", "-1"] : cells));
  writeSpread({ ...drop, "payments_agg_90d.csv": rows });
  const failed = lastOf(await run(), "run.failed");
  expect(failed?.code).toBe("expectation_failed");
  expect(failed?.faults).toMatchObject([{ file: "payments_agg_90d_2.csv", line: 3, value: "-1", code: "unexpected" }]);
});
