import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { formatBytes } from "../../src/core/format.ts";
import { dropsOf, removeDrops } from "./drops.ts";
import { markdown, seconds } from "./figures.ts";
import { readScale, type Scale } from "./options.ts";
import { dialects, withDays } from "./read/dialects.ts";
import { type Spoil, spoils, spoilt } from "./read/kinds.ts";
import { copyBothWays, type Measured, readAlone } from "./read/measure.ts";
import { table } from "./read/source.ts";
import { openServer } from "./server.ts";

const database = "bench_read";

/**
 * Reads one table's file: into a COPY, against the COPY alone; and without a server, against files of the same rows in
 * other dialects, and of rows of which each is bad.
 */
export async function run(args: string[]): Promise<void> {
  const options = readScale("read", "rows of the file", 3, args);
  const folder = mkdtempSync(join(tmpdir(), "streamflow-bench-read-"));
  try {
    const good = join(dropsOf(options.users), "month_000", `${table}.csv`);
    console.log(
      `${availableParallelism()} processors; ${options.users.toLocaleString("en-US")} rows of ${table}; ` +
        `medians of ${options.rounds} rounds.\n`,
    );
    await copyWays(good, options);
    await readKinds(good, folder, options.rounds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (!options.keep) removeDrops();
  }
}

async function copyWays(good: string, { rounds, database: url }: Scale): Promise<void> {
  const server = await openServer(url);
  try {
    const { alone, strict, more } = await copyBothWays(good, await server.create(database), rounds);
    console.log(
      markdown(["into", "COPY alone", "read strictly", "more"], [[server.name, ...[alone, strict, more].map(seconds)]]),
    );
    await server.drop(database);
  } finally {
    await server.close();
  }
}

async function readKinds(good: string, folder: string, rounds: number): Promise<void> {
  const sound = await readAlone(good, folder, rounds);
  const head = ["read alone", "size", "faults", "time", "ratio", "processor", "ratio", "peak memory"];
  console.log(`\n${markdown(head, [rowOf("the good file", good, sound, sound)])}`);
  const plain = join(folder, `plain.csv`);
  writeFileSync(plain, withDays(readFileSync(good, "utf8")));
  const wide = await readAlone(plain, folder, rounds);
  console.log(lineOf(rowOf("the good file with a date and a word in each row", plain, wide, wide)));
  for (const [kind, { written, rewrite }] of Object.entries(dialects)) {
    const other = join(folder, `${table}.csv`);
    writeFileSync(other, rewrite(readFileSync(plain, "utf8")));
    // In turn with it, for what a machine has to spare changes from minute to minute.
    const beside = await readAlone(plain, folder, rounds);
    console.log(lineOf(rowOf(kind, other, await readAlone(other, folder, rounds, written), beside)));
  }
  for (const [kind, spoil] of Object.entries(spoils)) {
    const bad = join(folder, `${table}.csv`);
    writeSpoilt(good, bad, spoil);
    console.log(lineOf(rowOf(kind, bad, await readAlone(bad, folder, rounds), sound)));
  }
}

function rowOf(kind: string, path: string, it: Measured, sound: Measured): string[] {
  return [
    kind,
    formatBytes(statSync(path).size),
    it.faults.toLocaleString("en-US"),
    ...[seconds(it.seconds), ratio(it.seconds, sound.seconds)],
    ...[seconds(it.busy), ratio(it.busy, sound.busy)],
    it.peakBytes === null ? "" : `${Math.round(it.peakBytes / 2 ** 20)} MB`,
  ];
}

function ratio(one: number, other: number): string {
  return `${(one / other).toFixed(1)}×`;
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Characters that are written at a time. */
const batch = 1024 * 1024;

function writeSpoilt(good: string, bad: string, spoil: Spoil): void {
  const handle = openSync(bad, "w");
  let text = "";
  const write = () => {
    writeSync(handle, Buffer.from(text, "latin1"));
    text = "";
  };
  for (const piece of spoilt(readFileSync(good, "latin1"), spoil)) {
    text += piece;
    if (text.length > batch) write();
  }
  write();
  closeSync(handle);
}
