import { availableParallelism } from "node:os";
import { Command } from "commander";
import { exitCodes } from "../../src/core/errors.ts";
import { findRunner } from "./by-hand.ts";
import { dropsOf } from "./drops.ts";
import { leaver } from "./leaving.ts";
import { whole } from "./options.ts";
import { report } from "./report.ts";
import { playRound } from "./round.ts";
import { type Sample, summarize } from "./samples.ts";
import { openServer } from "./server.ts";

const defaultUsers = [7043, 200_000, 1_000_000];

interface Options {
  users: number[];
  rounds: number;
  database?: string;
  oursOnly?: true;
  keep?: true;
  json?: true;
}

/** Loads the same drops with the console and with the script by hand, in turn, and prints how they compare. */
export async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  const runner = options.oursOnly ? null : findRunner();
  const server = await openServer(options.database);
  const leave = leaver(server, options);
  const samples: Sample[] = [];
  try {
    for (const users of options.users) {
      const data = dropsOf(users);
      for (let round = 1; round <= options.rounds; round++) {
        samples.push(...(await playRound(server, runner, { users, round, data })));
      }
    }
  } finally {
    await leave();
  }
  const circumstances = {
    server: server.name,
    byHand: runner?.name ?? "not run",
    processors: `${availableParallelism()} processors`,
    rounds: options.rounds,
  };
  const summaries = summarize(samples);
  console.log(
    options.json ? JSON.stringify({ circumstances, summaries, samples }, null, 2) : report(circumstances, summaries),
  );
}

function readOptions(args: string[]): Options {
  return new Command("bench load")
    .option("--users <counts...>", "users of the drops to load", wholes, defaultUsers)
    .option("--rounds <count>", "how often each is measured", whole, 3)
    .option("--database <url>", "a server of your own, where the role may make databases")
    .option("--ours-only", "do not run the script by hand")
    .option("--keep", "keep the drops for the next bench")
    .option("--json", "print every measurement as JSON")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))
    .parse(args, { from: "user" })
    .opts<Options>();
}

/** Commander hands over one word at a time; the first replaces the defaults. */
function wholes(text: string, before: number[]): number[] {
  return before === defaultUsers ? [whole(text)] : [...before, whole(text)];
}
