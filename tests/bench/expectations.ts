import { availableParallelism } from "node:os";
import { Command } from "commander";
import { exitCodes } from "../../src/core/errors.ts";
import { validateTable } from "../../src/expectations/validate.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { type BenchTable, benchTables } from "./expectations/tables.ts";
import { median } from "./figures.ts";
import { whole } from "./options.ts";
import { openServer } from "./server.ts";

interface Options {
  rows: number;
  rounds: number;
  database?: string;
}

const database = "bench_expectations";

/**
 * Holds tables against 40 row-wise expectations and, in turn, against one `count(*) FILTER` by hand, and prints how
 * many times longer the 40 take: on sound tables, and on tables in which some of them fail.
 */
export async function run(args: string[]): Promise<void> {
  const { rows, rounds, database: url } = readOptions(args);
  const server = await openServer(url);
  try {
    const target = await server.create(database);
    const sql = connect(target);
    const alone = connect(target);
    await alone`set max_parallel_workers_per_gather = 0`;
    console.log(
      `${server.name}; ${availableParallelism()} processors; ${rows.toLocaleString("en-US")} rows; ` +
        `medians of ${rounds} rounds.\n`,
    );
    console.log("| table | expectations | sequential scan | as planned | the suite | ratio | as planned |");
    console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (const table of benchTables) {
      await table.fill(sql, rows);
      await server.settle(target);
      console.log(line(table, "sound", await measure(sql, alone, table, rounds)));
      await table.spoil(sql);
      await server.settle(target);
      console.log(line(table, "1 % of the rows fail", await measure(sql, alone, table, rounds)));
      await sql`drop table ${sql(table.name)}`;
    }
    console.log(
      "\nThe scan is one of the expectations as a single count(*) filter (where …): a sequential scan in one process,\n" +
        "and as the server plans it. A suite that fails takes a second scan to count, and looks for samples.",
    );
    await Promise.all([sql.end(), alone.end()]);
    await server.drop(database);
  } finally {
    await server.close();
  }
}

/** Milliseconds. */
interface Measured {
  sequential: number;
  planned: number;
  suite: number;
}

/** `alone` is a connection whose statements run in one process. */
async function measure(sql: Sql, alone: Sql, table: BenchTable, rounds: number): Promise<Measured> {
  const suiteText = JSON.stringify({ name: "bench", expectations: table.expectations });
  const ways: Record<keyof Measured, () => Promise<unknown>> = {
    sequential: () => table.filter(alone),
    planned: () => table.filter(sql),
    suite: () => validateTable(sql, { suiteText, suitePath: "bench", table: table.name, parameters: {} }),
  };
  const times: Record<keyof Measured, number[]> = { sequential: [], planned: [], suite: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const way of ["sequential", "planned", "suite"] as const) {
      const taken = await milliseconds(ways[way]);
      // The first round fills the server's cache.
      if (round > 0) times[way].push(taken);
    }
  }
  return { sequential: median(times.sequential), planned: median(times.planned), suite: median(times.suite) };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function line(table: BenchTable, state: string, { sequential, planned, suite }: Measured): string {
  const cells = [
    `${table.about}: ${state}`,
    String(table.expectations.length),
    ...[sequential, planned, suite].map((time) => `${time.toFixed(0)} ms`),
    ...[suite / sequential, suite / planned].map((ratio) => `${ratio.toFixed(1)}×`),
  ];
  return `| ${cells.join(" | ")} |`;
}

function readOptions(args: string[]): Options {
  return new Command("bench expectations")
    .option("--rows <count>", "rows of each table", whole, 1_000_000)
    .option("--rounds <count>", "how often each is measured", whole, 7)
    .option("--database <url>", "a server of your own, where the role may make databases")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))
    .parse(args, { from: "user" })
    .opts<Options>();
}
