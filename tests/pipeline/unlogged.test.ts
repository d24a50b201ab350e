import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { smallDrop } from "../helpers/drops.ts";
import { ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Tables that a crash would empty are told of, by a request once and by `doctor`, with what mends them. */

setDefaultTimeout(60_000);

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  for (const month of [0, 1, 2]) place.drops.write(`month_00${month}`, smallDrop(["u1", "u2"], month));
});
afterAll(() => place.close());

async function warningsOf(months: string) {
  const events = await ranIn(place.pipeline, [months]);
  return events.flatMap((event) => (event.event === "run.warned" ? [event] : []));
}

async function schemaCheck() {
  const { checks } = await place.pipeline.call({ kind: "doctor" });
  return checks.find(({ name }) => name === "schema");
}

test("live tables, snapshots and tables of the ledger that others made UNLOGGED are logged again by what is said", async () => {
  const { sql } = place.database;
  expect(await warningsOf("month_000")).toEqual([]);
  const tables = [
    ...["labels", "payments_agg_90d", "subscriptions", "support_agg_90d", "usage_agg_30d", "users"].map(
      (name) => `public.${name}`,
    ),
    ...["public.labels_snapshots_20240131", "console.run_tables"],
  ];
  for (const table of tables) await sql.unsafe(`alter table ${table} set unlogged`);
  const warnings = await warningsOf("1..2");
  expect(warnings).toHaveLength(1);
  const [{ title, hint } = { title: "", hint: "" }] = warnings;
  for (const table of tables) expect(title).toContain(table);
  expect(title).toEndWith("are UNLOGGED: a crash of the server would empty them.");
  expect(await schemaCheck()).toMatchObject({ state: "warn", detail: title, remedy: hint });
  await sql.unsafe(/`([^`]+)`/.exec(hint)?.[1] ?? "");
  expect(await schemaCheck()).toMatchObject({ state: "ok" });
});
