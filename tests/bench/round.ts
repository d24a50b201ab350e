import { join } from "node:path";
import manifest from "../../db/dataset.json";
import { ConsoleError } from "../../src/core/errors.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";
import { differingTables } from "./agreement.ts";
import type { Runner } from "./by-hand.ts";
import { runConsole } from "./ours.ts";
import { phases, type Sample } from "./samples.ts";
import type { BenchServer } from "./server.ts";

export interface Round {
  users: number;
  /** From 1; every other round lets the script by hand go first. */
  round: number;
  /** Folder with the months' drops. */
  data: string;
}

/** Every phase once, on two fresh databases. Throws when the two ways do not end with the same rows. */
export async function playRound(
  server: BenchServer,
  runner: Runner | null,
  { users, round, data }: Round,
): Promise<Sample[]> {
  const oursUrl = await server.create("bench_console");
  const handUrl = await server.create("bench_by_hand");
  await runner?.setUp(handUrl);
  const samples: Sample[] = [];
  let before: number | null = null;
  for (const { phase, loads, flags, byHand: way } of phases) {
    const month = monthName(loads);
    const runOurs = async () => {
      await server.settle(oursUrl, handUrl);
      return runConsole(oursUrl, data, month, flags);
    };
    const runByHand = async (runner: Runner) => {
      await server.settle(oursUrl, handUrl);
      return secondsOf(() => runner.load(handUrl, join(data, month), asOfOf(loads, manifest.first_month)));
    };
    const handFirst = round % 2 === 0;
    const loadsByHand = runner !== null && way === "load";
    if (loadsByHand && handFirst) before = await runByHand(runner);
    const ours = await runOurs();
    if (loadsByHand && !handFirst) before = await runByHand(runner);
    const byHand = way === "nothing" ? null : before;
    samples.push({ users, round, phase, ours, byHand });
    console.error(
      `${users} users, round ${round}, ${phase}: ${ours.seconds.toFixed(2)} s, by hand ${byHand?.toFixed(2) ?? "-"} s`,
    );
  }
  const differing = runner === null ? [] : await differingTables(oursUrl, handUrl);
  if (differing.length > 0) {
    throw new ConsoleError("internal", `The two ways left different rows in ${differing.join(", ")}`, {
      hint: "Bench with --database on a server of your own: bench_console and bench_by_hand stay there to compare.",
    });
  }
  await server.drop("bench_console");
  await server.drop("bench_by_hand");
  return samples;
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
