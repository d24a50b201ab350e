import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { type Dialect, plainDialect } from "../../src/core/written/dialect.ts";
import { dropsOnDisk, incomingOf } from "../../src/pipeline/drop/months.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { type Ahead, readAhead } from "../../src/pipeline/stages/read-ahead.ts";
import { emptied } from "../helpers/database.ts";
import { type Rows, smallDrop } from "../helpers/drops.ts";
import { lastOf, openedAs, ranIn, runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";
import { zipOf } from "../helpers/zip.ts";

/** That the files of a month which is read before its turn are held to the same as those of any other. */

setDefaultTimeout(60_000);

let place: Workplace;
let session: Session;

beforeAll(async () => {
  place = await workplace();
  const { drops, database } = place;
  session = await openSession(
    await reachDatabase({ data: drops.path, home: `${drops.path}/home`, database: database.url }),
  );
});
afterAll(async () => {
  await session.close();
  await place.close();
});

beforeEach(async () => {
  await emptied(place.database.sql);
  place.drops.empty();
});

/** What is found of a month, file by file, until there is nothing more to find. */
async function foundAhead(month: string): Promise<string[]> {
  const drop = (await dropsOnDisk(session)).find((one) => one.month === month);
  if (drop === undefined) throw new Error(`there is no ${month}`);
  const ahead: Ahead = { sound: [], end: async () => {} };
  const reading = readAhead(ahead, session.dataset, month, incomingOf(session.tables, drop, null));
  await reading;
  await ahead.end();
  return ahead.sound.map(({ table, rows }) => `${table} ${rows}`).sort();
}

test("sound files are known by their rows, and of a faulty one nothing is", async () => {
  place.drops.write("month_005", smallDrop(["u1", "u2"]));
  const all = [
    ...["labels 2", "payments_agg_90d 2", "subscriptions 2", "support_agg_90d 2", "usage_agg_30d 2", "users 2"],
  ];
  expect(await foundAhead("month_005")).toEqual(all);
  const { "labels.csv": labels = [], ...others } = smallDrop(["u1", "u2"]);
  place.drops.write("month_005", { ...others, "labels.csv": [...labels, ["u3", "maybe"]] });
  expect(await foundAhead("month_005")).toEqual(all.filter((one) => !one.startsWith("labels")));
});

test("parts and files in archives are known one by one, and what has to be written anew is not read", async () => {
  const { drops } = place;
  const spread = async (file: string, files: Record<string, string | Uint8Array>, written?: Dialect) => {
    drops.write("month_006", smallDrop(["u1", "u2"]));
    rmSync(join(drops.path, "month_006/labels.csv"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(drops.path, "month_006", name), content);
    const labels = session.tables.find(({ name }) => name === "labels");
    if (labels === undefined) throw new Error("there are no labels");
    const { manifest } = labels;
    labels.manifest = { ...manifest, file, ...(written && { written }) };
    try {
      return (await foundAhead("month_006")).filter((one) => one.startsWith("labels"));
    } finally {
      labels.manifest = manifest;
    }
  };
  const [one, two] = ["user_id,churn_label\nu1,True\n", "churn_label,user_id\nFalse,u2\nTrue,u3\n"];
  const parts = { "labels_1.csv": one, "labels_2.csv.gz": Bun.gzipSync(Buffer.from(two)) };
  expect(await spread("labels_*.csv", parts)).toEqual(["labels 1", "labels 2"]);
  expect(await spread("labels_*.csv", { ...parts, "labels_3.csv": "user_id,churn_label\nu4,so\n" })).toHaveLength(2);
  expect(await spread("labels.zip", { "labels.zip": zipOf({ "a.csv": one, "b.csv": two }) })).toEqual([
    "labels 1",
    "labels 2",
  ]);
  const semicolons = { ...plainDialect, delimiter: ";" };
  expect(await spread("labels.csv", { "labels.csv": one.replaceAll(",", ";") }, semicolons)).toEqual([]);
});

test("what was read ahead of parts and archives is staged as it is", async () => {
  const { drops, database } = place;
  const names = new Map(session.tables.map(({ name, manifest }) => [name, manifest.file]));
  for (const { name, manifest } of session.tables) manifest.file = name === "users" ? "users_*.csv" : `${name}.zip`;
  const text = (rows: Rows) => rows.map((cells) => `${cells.join(",")}\n`).join("");
  for (const month of [0, 1, 2]) {
    const folder = join(drops.path, `month_00${month}`);
    mkdirSync(folder, { recursive: true });
    const drop = smallDrop(["u1", "u2", "u3", "u4"].slice(0, month + 2), month);
    for (const [name, file] of names) {
      const [header = [], ...rows] = drop[file] ?? [];
      const halves = [text([header, ...rows.slice(0, 1)]), text([header, ...rows.slice(1)])];
      if (name === "users")
        for (const [at, half] of halves.entries()) writeFileSync(join(folder, `users_${at}.csv`), half);
      else writeFileSync(join(folder, `${name}.zip`), zipOf({ "a.csv": halves[0] ?? "", "b.csv": halves[1] ?? "" }));
    }
  }
  const events: RunEvent[] = [];
  const request = runRequest(["month_000..month_002"]);
  await runMonths(openedAs(session), request, (event) => void events.push(event), new AbortController().signal);
  for (const { name, manifest } of session.tables) manifest.file = names.get(name) ?? "";
  const finished = events.filter(({ event }) => event === "run.finished");
  expect(finished).toHaveLength(3);
  const [live] =
    await database.sql`select (select count(*) from users)::int as users, (select count(*) from labels)::int as labels`;
  expect(live).toEqual({ users: 4, labels: 4 });
});

test("months that follow each other are published as each would be, and a faulty one is rejected with all its faults", async () => {
  const { drops, pipeline, database } = place;
  drops.write("month_000", smallDrop(["u1", "u2"]));
  drops.write("month_001", smallDrop(["u1", "u2", "u3"], 1));
  const { "labels.csv": labels = [], "users.csv": users = [], ...others } = smallDrop(["u1", "u2", "u3"], 2);
  drops.write("month_002", {
    ...others,
    "users.csv": [...users, ["u4", "no date"]],
    "labels.csv": [...labels, ["u4", "maybe"]],
  });
  const events = await ranIn(pipeline, ["month_000..month_002"]);
  const finished = events.flatMap((event) => (event.event === "run.finished" ? [event] : []));
  expect(finished.map(({ month, status }) => [month, status])).toEqual([
    ["month_000", "published"],
    ["month_001", "published"],
  ]);
  const failed = lastOf(events, "run.failed");
  expect(failed).toMatchObject({ code: "drop_rejected", month: "month_002" });
  expect(failed?.faults?.map(({ file }) => file)).toEqual(expect.arrayContaining(["labels.csv", "users.csv"]));
  const [live] = await database.sql`select count(*) as rows from users`;
  expect(live?.rows).toBe(3);
});
