import { join } from "node:path";
import manifest from "../../../db/dataset.json";
import { ConsoleError } from "../../../src/core/errors.ts";
import { asOfOf, monthName } from "../../../src/core/month.ts";
import { connect } from "../../../src/postgres/connection/connect.ts";
import { runConsole } from "../ours.ts";
import type { BenchServer } from "../server.ts";
import { timed } from "../timed.ts";
import { differingTables } from "./agreement.ts";
import { bareCopy, copiedTables, monthScript, type Runner, schema } from "./by-hand.ts";
import { loads, type Sample, script, type Timing } from "./samples.ts";
import { playSmall } from "./small.ts";

export interface Round {
  users: number;
  /** From 1; every other round lets the others go first. */
  round: number;
  /** Folder with the months' drops. */
  data: string;
  /** Without the script by hand. */
  oursOnly: boolean;
  /** Told of each load as soon as it is done, for a round of many users takes long. */
  tell(sample: Sample): void;
}

/** Databases of one round: what the console fills, and what the scripts by hand do. */
interface Databases {
  ours: string;
  byHand: string;
}

/** Everything once, on two fresh databases. Throws when the two ways do not end with the same rows. */
export async function playRound(server: BenchServer, runner: Runner, round: Round): Promise<Sample[]> {
  const urls = { ours: await server.create("bench_console"), byHand: await server.create("bench_by_hand") };
  await runner.play(urls.byHand, schema, ".");
  const samples: Sample[] = [];
  for (const load of loads) {
    const sample = await playLoad(server, runner, round, urls, load);
    samples.push(sample);
    round.tell(sample);
  }
  const differing = round.oursOnly ? [] : await differingTables(urls.ours, urls.byHand);
  if (differing.length > 0) {
    throw new ConsoleError("internal", `The two ways left different rows in ${differing.join(", ")}`, {
      hint: "Bench with --database on a server of your own: bench_console and bench_by_hand stay there to compare.",
    });
  }
  await server.settle(urls.ours);
  samples.push(...(await playSmall(urls.ours, runner, round)));
  await server.drop("bench_console");
  await server.drop("bench_by_hand");
  return samples;
}

/** One load by the console, by hand and as a bare COPY, one after the other: whoever came last comes first in the next round. */
async function playLoad(
  server: BenchServer,
  runner: Runner,
  { users, round, data, oursOnly }: Round,
  urls: Databases,
  { what, month, flags, ending }: (typeof loads)[number],
): Promise<Sample> {
  const folder = join(data, monthName(month));
  const byMonth = monthScript(asOfOf(month, manifest.first_month), ending);
  let ours: Timing | undefined;
  let againstSeconds: number | null = null;
  let copySeconds: number | null = null;
  const ways = [
    async () => {
      ours = await runConsole(urls.ours, data, monthName(month), flags);
    },
    async () => {
      copySeconds = await copyAlone(runner, urls.byHand, folder);
    },
    async () => {
      if (!oursOnly) [againstSeconds] = await timed(() => runner.play(urls.byHand, byMonth, folder));
    },
  ];
  for (const way of round % 2 === 0 ? ways.toReversed() : ways) {
    await server.settle(urls.ours, urls.byHand);
    await way();
  }
  if (ours === undefined) throw new Error("The console was not run.");
  return { users, round, what, ours, against: script, againstSeconds, copySeconds };
}

/** Seconds of the COPY itself: its tables are made before and gone after it. */
async function copyAlone(runner: Runner, url: string, folder: string): Promise<number> {
  await runner.play(url, copiedTables, ".");
  const [took] = await timed(() => runner.play(url, bareCopy, folder));
  const sql = connect(url);
  try {
    await sql`drop schema copied cascade`;
  } finally {
    await sql.end();
  }
  return took;
}
