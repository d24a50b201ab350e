import { availableParallelism } from "node:os";
import { join } from "node:path";
import manifest from "../../db/dataset.json";
import { parseManifest } from "../../src/core/dataset.ts";
import { ConsoleError } from "../../src/core/errors.ts";
import type { TableChange } from "../../src/core/messages/listings.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";
import { compareTable } from "../../src/pipeline/answers/compare.ts";
import { loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { inOneView } from "../../src/postgres/connection/one-view.ts";
import { isNumber } from "../../src/postgres/drift/distance-figures.ts";
import { type Frozen, isFrozen } from "../../src/postgres/snapshots/snapshots.ts";
import { dropsOf, removeDrops } from "./drops.ts";
import { markdown, median, seconds } from "./figures.ts";
import { readScale } from "./options.ts";
import { runConsole } from "./ours.ts";
import { openServer } from "./server.ts";
import { timed } from "./timed.ts";

/** Seconds of one table in one round, or of all by one command. */
export interface Timing {
  table: string;
  /** The full outer join by hand. */
  join: number;
  /** One plain sort for each numeric column, added up. */
  sorts: number;
  ours: number;
}

const from = asOfOf(0, manifest.first_month);
const to = asOfOf(1, manifest.first_month);
const script = join(import.meta.dir, "by-hand/compare.sql");
const root = join(import.meta.dir, "../..");

/** Compares two months with the console and by hand, and holds it against twice the joins and a sort a number. */
export async function run(args: string[]): Promise<void> {
  const options = readScale("compare", "users of the drops to compare", 3, args);
  const server = await openServer(options.database);
  const timings: Timing[] = [];
  try {
    const url = await server.create("bench_compare");
    const data = dropsOf(options.users);
    for (const month of [0, 1]) await runConsole(url, data, monthName(month), []);
    await server.settle(url);
    const sql = connect(url);
    try {
      for (let round = 1; round <= options.rounds; round++) {
        const byTable = await playRound(url, sql, round);
        timings.push(...byTable, await commandTiming(url, byTable));
      }
    } finally {
      await sql.end();
    }
    await server.drop("bench_compare");
  } finally {
    await server.close();
    if (!options.keep) removeDrops();
  }
  console.log(`${server.name}; ${availableParallelism()} processors; ${options.users} users; medians.\n`);
  console.log(report(timings));
}

async function playRound(url: string, sql: Sql, round: number): Promise<Timing[]> {
  const dataset = parseManifest(JSON.stringify(manifest), "db/dataset.json");
  const tables = (await loadTables(sql, dataset)).filter(isFrozen);
  const statements = (await Bun.file(script).text()).split(/;\s*/).filter((text) => text.includes("select"));
  const timings: Timing[] = [];
  for (const table of tables) {
    const { name } = table.snapshot.table;
    const statement = statements.find((text) => text.includes(`from ${name} `)) ?? "";
    const byHand = statement.replaceAll(":'from'", `'${from}'`).replaceAll(":'to'", `'${to}'`);
    const [join, rows] = await timed(() => sql.unsafe<Pick<TableChange, "added" | "removed" | "changed">[]>(byHand));
    const sorts = await sortSeconds(sql, table);
    const [ours, change] = await timed(() => inOneView(url, (view) => compareTable(view, table, from, to)));
    checkAgreement(change, rows[0]);
    timings.push({ table: name, join, sorts, ours });
    console.error(
      `round ${round}, ${name}: ${ours.toFixed(2)} s, join ${join.toFixed(2)} s, sorts ${sorts.toFixed(2)} s`,
    );
  }
  return timings;
}

/** The whole command, from its start to its end, against all that the tables took by hand. */
async function commandTiming(url: string, byTable: readonly Timing[]): Promise<Timing> {
  const [ours, exitCode] = await timed(
    () =>
      Bun.spawn([process.execPath, "src/main.ts", "compare", from, to, "--database", url, "--quiet"], { cwd: root })
        .exited,
  );
  if (exitCode !== 0) {
    throw new ConsoleError("internal", `compare left with ${exitCode}.`, { hint: "What it said stands above." });
  }
  const sum = (pick: (one: Timing) => number) => byTable.reduce((total, one) => total + pick(one), 0);
  return { table: "the command", join: sum((one) => one.join), sorts: sum((one) => one.sorts), ours };
}

async function sortSeconds(sql: Sql, { snapshot }: Frozen): Promise<number> {
  let all = 0;
  for (const { name } of snapshot.columns.filter(isNumber)) {
    const [took] = await timed(
      () => sql`
        select count(*) from (select ${sql(name)} from ${sql(snapshot.table.name)}
                               where ${sql(snapshot.asOfColumn)} in (${from}, ${to}) order by 1 offset 0) sorted`,
    );
    all += took;
  }
  return all;
}

function checkAgreement(ours: TableChange, hand: Pick<TableChange, "added" | "removed" | "changed"> | undefined): void {
  const { added, removed, changed } = ours;
  if (hand?.added === added && hand.removed === removed && hand.changed === changed) return;
  throw new ConsoleError("internal", `The two ways count different changes in ${ours.table}.`, {
    hint: "Bench with --database on a server of your own: bench_compare stays there to look at.",
  });
}

/** A line a table, each compared alone, and one for the command, which compares two at a time. */
export function report(timings: readonly Timing[]): string {
  const body = [...Map.groupBy(timings, ({ table }) => table)].map(([table, group]) => {
    const join = median(group.map((one) => one.join));
    const sorts = median(group.map((one) => one.sorts));
    const ours = median(group.map((one) => one.ours));
    const share = `${Math.round((100 * ours) / (2 * join + sorts))} %`;
    return [table, ...[join, sorts, 2 * join + sorts, ours].map(seconds), share];
  });
  return markdown(["table", "join", "sorts", "2 joins + sorts", "console", "of that"], body);
}
