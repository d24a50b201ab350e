import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../../src/core/messages/events.ts";
import { lastOf, ranIn } from "../../helpers/pipeline.ts";
import { shopOrders, taxiTrips, telcoCustomers, writeShape } from "../../helpers/shapes.ts";
import { initiated } from "./initiated.ts";

/** From files in the shape of public datasets to sealed months, by `init` alone: no edit, no failed run, no warning. */

setDefaultTimeout(120_000);

const place = initiated();

const warnings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []));

const shapes = {
  taxi: {
    make: (month: string) => taxiTrips(month, 1_500),
    tables: { yellow_tripdata: { events: true, key: 6, parents: [] as string[] } },
  },
  olist: {
    make: (month: string) => shopOrders(month, 300),
    tables: {
      olist_customers_dataset: { events: true, key: 1, parents: [] },
      olist_order_items_dataset: {
        events: true,
        key: 2,
        parents: ["olist_orders_dataset", "olist_products_dataset", "olist_sellers_dataset"],
      },
      olist_order_payments_dataset: { events: true, key: 2, parents: ["olist_orders_dataset"] },
      olist_orders_dataset: { events: true, key: 1, parents: ["olist_customers_dataset"] },
      olist_products_dataset: { events: false, key: 1, parents: ["product_category_name_translation"] },
      olist_sellers_dataset: { events: false, key: 1, parents: [] },
      product_category_name_translation: { events: false, key: 1, parents: [] },
    },
  },
  telco: {
    make: (month: string) => telcoCustomers(month, 500),
    tables: { wa_fn_use_c_telco_customer_churn: { events: false, key: 1, parents: [] } },
  },
};

test.each(Object.entries(shapes))("%s", async (name, { make, tables }) => {
  const data = place.path(name);
  for (const month of ["2024-01", "2024-02"]) writeShape(join(data, month), make(month));
  const to = place.path("datasets", name);
  const written = await place
    .pipelineOf(data)
    .call({ kind: "init", folder: join(data, "2024-01"), to, overwrite: false });
  expect(written.left_out).toEqual([]);
  const proposed = written.tables.map(({ table, events, key, references }): [string, object] => [
    table,
    { events: events !== null, key: key.length, parents: references.map((one) => one.table).sort() },
  ]);
  expect(Object.fromEntries(proposed)).toEqual(tables);
  const events = await ranIn(place.pipelineOf(data, to), ["2024-01", "2024-02"]);
  expect(lastOf(events, "run.failed")).toBeUndefined();
  expect(warnings(events)).toEqual([]);
  const sealed = await place.sql<{ as_of: string; tables: number }[]>`
    select as_of::text, count(*) as tables from console.seals where dataset = ${name} group by 1 order by 1`;
  expect([...sealed]).toEqual(
    ["2024-01-31", "2024-02-29"].map((as_of) => ({ as_of, tables: Object.keys(tables).length })),
  );
  const unmet = await place.sql`
    select table_name, type, column_name from console.run_expectations e join console.runs r using (run)
     where r.dataset = ${name} and not success`;
  expect([...unmet]).toEqual([]);
});

test("its words, blanks and flags are read as what they stand for", async () => {
  const { sql } = place;
  const [telco] = await sql`
    select count(*) filter (where total_charges is null) as blank, count(*) filter (where partner) as partners
      from telco.wa_fn_use_c_telco_customer_churn`;
  const files = [...Object.values(telcoCustomers("2024-02", 500))].join("").split("\n");
  const cells = files.map((line) => line.split(","));
  expect(telco).toEqual({
    blank: cells.filter((row) => row[14] === " ").length,
    partners: cells.filter((row) => row[3] === "Yes").length,
  });
});

test("each line of its SQL and each table of its manifest says what speaks for it, and no text of a customer", () => {
  const folder = place.path("datasets/telco");
  const sql = readFileSync(join(folder, "init/001_tables.sql"), "utf8");
  const lines = sql.split("\n").filter((line) => /^ {2}\w/.test(line) && !line.startsWith("  like "));
  expect(lines.filter((line) => !line.includes(" -- "))).toEqual([]);
  expect(lines).toContain("  total_charges numeric, -- numbers from 84.21 to 7616.57; empty in 9 rows");
  const manifest = JSON.parse(readFileSync(join(folder, "dataset.json"), "utf8"));
  const [table] = Object.values<{ $comment: string }>(manifest.tables);
  expect(table?.$comment).toStartWith("500 rows of 16 columns. written: true since line 2, partner;");
  const [customer = ""] = Object.values(telcoCustomers("2024-01", 500))[0]?.split("\n")[1]?.split(",") ?? [];
  expect(customer).toMatch(/^1000-/);
  for (const file of ["dataset.json", "init/001_tables.sql", "expectations/wa_fn_use_c_telco_customer_churn.json"])
    expect(readFileSync(join(folder, file), "utf8")).not.toContain(customer);
});
