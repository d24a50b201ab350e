import { beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { type Rows, smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);

/** Texts that steer a terminal are published and told of, by every run that reads them, and by no other. */

const place = emptiedWorkplace();
const users = ["u1", "u2", "u3"];

function steering(rows: Rows = []): Rows {
  return rows.map((cells, line) => (line === 2 ? cells.with(2, "\u001b]0;mine\u0007") : cells));
}

const told = {
  title: "users: control characters in user_gender (1 value, first on line 3).",
  hint: "A terminal that shows these values obeys them: ask the sender to leave them out.",
};
const warnings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === "run.warned" ? [{ title: event.title, hint: event.hint }] : []));

beforeEach(() => {
  const drop = smallDrop(users);
  place.drops.write("month_000", { ...drop, "users.csv": steering(drop["users.csv"]) });
});

test("a run and a check tell of them, and the ledger keeps it", async () => {
  const { pipeline, database } = place;
  const checked = await pipeline.call({ kind: "check", selection: { months: ["month_000"] } });
  expect(checked.drops[0]).toMatchObject({ fault_count: 0, warnings: [told] });
  const events = await ranIn(pipeline, ["month_000"]);
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  expect(warnings(events)).toEqual([told]);
  const [kept] = await database.sql`select warnings from console.runs where status = 'published'`;
  expect(kept?.warnings).toEqual([told]);
  const [user] = await database.sql`select user_gender from users where user_id = 'u2'`;
  expect(user?.user_gender).toBe("\u001b]0;mine\u0007");
});

test("the same bytes are told of again, and a month that is read before its turn is told of once", async () => {
  const { pipeline, drops } = place;
  const { "users.csv": parents = [], ...others } = smallDrop(users, 1);
  drops.write("month_001", { ...others, "users.csv": steering(parents) });
  const perMonth = (events: readonly RunEvent[]) => warnings(events).filter(({ title }) => title === told.title).length;
  expect(perMonth(await ranIn(pipeline, ["month_000..month_001"]))).toBe(2);
  expect(perMonth(await ranIn(pipeline, ["month_001"], { force: true }))).toBe(1);
  expect(warnings(await ranIn(pipeline, ["month_001"]))).toEqual([]);
});
