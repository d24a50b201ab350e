import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { dropsOnDisk, incomingOf } from "../../src/pipeline/drop/months.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { type Ahead, readAhead } from "../../src/pipeline/stages/read-ahead.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

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
