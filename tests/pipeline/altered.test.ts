import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../../src/postgres/connection/connect.ts";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Whoever alters a table that a run is about to fill does not change what the run says that it put there. */

setDefaultTimeout(60_000);

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  place.drops.write("month_000", smallDrop(["u1", "u2", "u3"]));
});
afterAll(() => place.close());

const ran = () => ranIn(place.pipeline, ["month_000"]);

const rounds = `
  create function stage.rounds() returns trigger language plpgsql
      as 'begin new.monthly_fee := round(new.monthly_fee); return new; end';
  create trigger rounds before insert on stage.subscriptions for each row execute function stage.rounds()`;

async function feesLive(): Promise<string[]> {
  const rows = await place.database.sql<{ fee: string }[]>`
    select monthly_fee::text as fee from subscriptions order by user_id`;
  return rows.map(({ fee }) => fee);
}

const asDelivered = ["20.50", "21.50", "22.50"];
const altered = (table: string) => `${table} was altered while the run went on.`;
const disagree = "Snapshot table subscriptions_profile_snapshots and subscriptions disagree on: monthly_fee.";
const type = (table: string, of: string, column = "monthly_fee") =>
  `alter table ${table} alter column ${column} type ${of};`;

/** What is done in a transaction that the run waits for, and undone afterwards. */
const cases: [what: string, done: string, undone: string, told: string][] = [
  ["a stage table's type", type("stage.subscriptions", "numeric(10,0)"), "", altered("stage.subscriptions")],
  ["a trigger of the stage", rounds, "drop function stage.rounds cascade", altered("stage.subscriptions")],
  ["a live table's type", type("subscriptions", "numeric(10,0)"), type("subscriptions", "numeric"), disagree],
  [
    "a snapshot table's type",
    type("subscriptions_profile_snapshots", "numeric(10,0)"),
    type("subscriptions_profile_snapshots", "numeric"),
    disagree,
  ],
  [
    "both, alike",
    type("subscriptions", "numeric(10,0)") + type("subscriptions_profile_snapshots", "numeric(10,0)"),
    type("subscriptions", "numeric") + type("subscriptions_profile_snapshots", "numeric"),
    altered("public.subscriptions"),
  ],
  [
    "one more column",
    "alter table subscriptions add column note text",
    "alter table subscriptions drop column note",
    altered("public.subscriptions"),
  ],
];

test.each(cases)(
  "%s, while the run waits for whoever alters it: nothing is published, and the next run is sound",
  async (_, done, undone, told) => {
    const { sql, url } = place.database;
    await emptied(sql);
    // The stage is there.
    await ranIn(place.pipeline, ["month_000"], { dry_run: true });
    const other = connect(url);
    await other`begin`;
    await other.unsafe(`${done}; lock table stage.subscriptions in share row exclusive mode`);
    const running = ran();
    await whoWaits(sql, "Lock");
    await other`commit`;
    await other.end();
    const end = lastOf(await running, "run.failed");
    expect(end).toMatchObject({ code: "schema_mismatch", title: told });
    expect(await feesLive()).toEqual([]);
    await sql.unsafe(undone);
    expect(lastOf(await ran(), "run.finished")?.status).toBe("published");
    expect(await feesLive()).toEqual(asDelivered);
    const { seals } = await place.pipeline.call({ kind: "verify", as_of: null });
    expect(new Set(seals.map(({ state }) => state))).toEqual(new Set(["intact"]));
  },
);

test("a trigger that others gave the stage has no say in what is published: it is taken away", async () => {
  const { sql } = place.database;
  await emptied(sql);
  await ranIn(place.pipeline, ["month_000"], { dry_run: true });
  await sql.unsafe(rounds);
  expect(lastOf(await ran(), "run.finished")?.status).toBe("published");
  expect(await feesLive()).toEqual(asDelivered);
  await sql.unsafe("drop function stage.rounds cascade");
});
