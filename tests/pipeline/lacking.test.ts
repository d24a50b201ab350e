import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { metLater } from "../../src/core/errors.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import type { Selection } from "../../src/core/messages/requests.ts";
import { browseMonths } from "../../src/pipeline/answers/months.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { smallDrop } from "../helpers/drops.ts";
import { runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Months that should be there and are not: told by a listing, and by a run that passes them over. */

setDefaultTimeout(60_000);

let place: Workplace;
let session: Session;
beforeAll(async () => {
  place = await workplace();
  const { database, drops } = place;
  const settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
  session = await openSession(await reachDatabase(settings));
  // Of this year's first months, so that no month is due but those of a manifest that says so.
  session.dataset = { ...session.dataset, first_month: `${new Date().getUTCFullYear() - 1}-01` };
  for (const index of [0, 2]) drops.write(`month_00${index}`, smallDrop(["u1", "u2"], index));
});
afterAll(async () => {
  await session.close();
  await place.close();
});

async function run(selection: Selection) {
  const events: RunEvent[] = [];
  const told: string[] = [];
  const opening = () => ({ reached: metLater(Promise.resolve(session)), opened: metLater(Promise.resolve(session)) });
  const { signal } = new AbortController();
  const tell = (text: string) => told.push(text);
  const request = { ...runRequest([]), selection };
  const code = await runMonths({ first: opening(), again: opening, tell }, request, (one) => events.push(one), signal);
  const warned = events.flatMap((one) => (one.event === "run.warned" ? [one.title] : []));
  return { code, warned, told };
}

test("a gap is told by the listing and by --pending, which goes on; a month that came late is named after that", async () => {
  const states = async () => (await browseMonths(session)).months.map(({ month, state }) => `${month} ${state}`);
  expect(await states()).toEqual(["month_002 new", "month_001 missing", "month_000 new"]);
  const first = await run({ every: "pending" });
  expect(first.code).toBe(0);
  expect(first.warned).toContain(`Not in ${place.drops.path}: month_001.`);
  expect(await states()).toEqual(["month_002 ok", "month_001 missing", "month_000 ok"]);

  // What is named is taken without a word on others.
  expect((await run({ months: ["2"] })).warned).toEqual([]);
  place.drops.write("month_001", smallDrop(["u1", "u2"], 1));
  const late = await run({ every: "pending" });
  expect(late.told).toEqual([
    "warning: 1 month not taken, since a newer one is published: month_001. --month month_001 with --backfill builds its snapshot from its own drop.",
  ]);
  expect(await states()).toEqual(["month_002 ok", "month_001 out_of_order", "month_000 ok"]);
});

test("from the manifest's day on a month is due, and --pending with nothing to do says since when", async () => {
  const due = { ...session, dataset: { ...session.dataset, due: 1 } };
  const { months } = await browseMonths(due);
  const [newest] = months;
  expect(newest).toMatchObject({ state: "due", due_since: `${new Date().toISOString().slice(0, 7)}-01`, files: [] });
  session.dataset = due.dataset;
  const { told } = await run({ every: "pending" });
  expect(told[0]).toMatch(/^warning: Not in .*: month_003\.\.month_\d{3} \(\d+ months, due since \d{4}-05-01\)\./);
});
