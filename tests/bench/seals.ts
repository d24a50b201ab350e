import { availableParallelism } from "node:os";
import manifest from "../../db/dataset.json";
import { parseManifest } from "../../src/core/dataset.ts";
import type { Hashing } from "../../src/core/messages/seals.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";
import { loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import { openDatabase } from "../../src/postgres/connection/open.ts";
import { newestSealing, sealSnapshot } from "../../src/postgres/snapshots/sealing.ts";
import { type Frozen, isFrozen } from "../../src/postgres/snapshots/snapshots.ts";
import { dropsOf, removeDrops } from "./drops.ts";
import { markdown, median, seconds } from "./figures.ts";
import { readScale } from "./options.ts";
import { runConsole } from "./ours.ts";
import { openServer } from "./server.ts";
import { timed } from "./timed.ts";

/** Seconds that sealing one snapshot table took in one round. */
export interface Timing {
  table: string;
  hashing: Hashing;
  seconds: number;
}

const asOf = asOfOf(0, manifest.first_month);
const hashings: Hashing[] = ["exact", "cells"];

/** What the seals of a month cost: of exact values, as they are now, and of PostgreSQL's own hashes, as they were before. */
export async function run(args: string[]): Promise<void> {
  const options = readScale("seals", "users of the drop that is sealed", 5, args);
  const server = await openServer(options.database);
  const timings: Timing[] = [];
  let month = 0;
  try {
    const url = await server.create("bench_seals");
    month = (await runConsole(url, dropsOf(options.users), monthName(0), [])).seconds;
    await server.settle(url);
    const sql = await openDatabase(url);
    try {
      const tables = await loadTables(sql, parseManifest(JSON.stringify(manifest), "db/dataset.json"));
      for (let round = 1; round <= options.rounds; round++) {
        for (const table of tables.filter(isFrozen)) {
          for (const hashing of hashings) timings.push(await timing(table, hashing, sql));
        }
      }
    } finally {
      await sql.end();
    }
    await server.drop("bench_seals");
  } finally {
    await server.close();
    if (!options.keep) removeDrops();
  }
  console.log(`${server.name}; ${availableParallelism()} processors; ${options.users} users; medians.\n`);
  console.log(report(timings, month));
}

async function timing(table: Frozen, hashing: Hashing, sql: Awaited<ReturnType<typeof openDatabase>>): Promise<Timing> {
  const [took] = await timed(() => sealSnapshot(sql, table, asOf, { ...newestSealing(table), hashing }));
  return { table: table.snapshot.table.name, hashing, seconds: took };
}

/** A line a table, and one for all of them, held against the whole run of the month. */
export function report(timings: readonly Timing[], month: number): string {
  const of = (table: string, hashing: Hashing) =>
    median(timings.filter((one) => one.table === table && one.hashing === hashing).map((one) => one.seconds));
  const tables = [...new Set(timings.map(({ table }) => table))];
  const sum = (hashing: Hashing) => tables.reduce((all, table) => all + of(table, hashing), 0);
  const line = (name: string, exact: number, cells: number) => [
    name,
    seconds(cells),
    seconds(exact),
    `${((100 * (exact - cells)) / month).toFixed(1)} %`,
  ];
  const body = tables.map((table) => line(table, of(table, "exact"), of(table, "cells")));
  return markdown(
    ["table", "before", "now", `more, of a first month (${month.toFixed(1)} s)`],
    [...body, line("all of them", sum("exact"), sum("cells"))],
  );
}
