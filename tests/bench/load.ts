import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { exitCodes } from "../../src/core/errors.ts";
import { dropsOf, usersIn } from "./drops.ts";
import { leaver } from "./leaving.ts";
import { findRunner } from "./load/by-hand.ts";
import { report } from "./load/report.ts";
import { playRound } from "./load/round.ts";
import { type Sample, summarize } from "./load/samples.ts";
import { whole } from "./options.ts";
import { playProfiles, profilesReport, type Taken } from "./profiles/share.ts";
import { openServer } from "./server.ts";

const defaultUsers = [7043, 200_000, 1_000_000];

interface Options {
  users: number[];
  data?: string;
  rounds?: number;
  database?: string;
  oursOnly?: true;
  keep?: true;
  json?: true;
}

/** Loads the same drops with the console, by hand and as a bare COPY, in turn, and prints how they compare. */
export async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  const runner = findRunner();
  const server = await openServer(options.database);
  const leave = leaver(server, options.keep === true || options.data !== undefined);
  const oursOnly = options.oursOnly ?? false;
  const samples: Sample[] = [];
  const profiles: Taken[] = [];
  const sizes: { users: number; rounds: number }[] = [];
  try {
    const users = options.data === undefined ? options.users : [await usersIn(options.data)];
    sizes.push(...users.map((users) => ({ users, rounds: options.rounds ?? usualRounds(users) })));
    for (const { users, rounds } of sizes) {
      const data = options.data ?? dropsOf(users);
      for (let round = 1; round <= rounds; round++) {
        samples.push(...(await playRound(server, runner, { users, round, data, oursOnly, tell })));
        profiles.push(...((await playProfiles(server, { users, round, data })) ?? []));
      }
    }
  } finally {
    await leave();
  }
  const circumstances = {
    server: server.name,
    byHand: oursOnly ? "not run" : runner.name,
    processors: `${availableParallelism()} processors`,
    rounds: sizes,
  };
  const summaries = summarize(samples);
  console.log(
    options.json
      ? JSON.stringify({ circumstances, summaries, samples, profiles }, null, 2)
      : [report(circumstances, summaries), ...(profiles.length === 0 ? [] : [profilesReport(profiles)])].join("\n\n"),
  );
}

function tell({ users, round, what, ours, againstSeconds, copySeconds }: Sample): void {
  const byHand = againstSeconds?.toFixed(2) ?? "-";
  console.error(
    `${users} users, round ${round}, ${what}: ${ours.seconds.toFixed(2)} s, by hand ${byHand} s, ` +
      `bare COPY ${copySeconds?.toFixed(2)} s`,
  );
}

/** What takes less than a second differs more from one time to the next. */
function usualRounds(users: number): number {
  return users <= 10_000 ? 7 : 3;
}

function readOptions(args: string[]): Options {
  return new Command("bench load")
    .option("--users <counts...>", "users of the drops to load", wholes, defaultUsers)
    .addOption(
      new Option("--data <dir>", "load month_000 and month_001 of this folder instead")
        .conflicts("users")
        .argParser((dir) => resolve(dir)),
    )
    .option("--rounds <count>", "how often each is measured (default: 7 up to 10,000 users, else 3)", whole)
    .option("--database <url>", "a server of your own, where the role may make databases")
    .option("--ours-only", "do not run the script by hand")
    .option("--keep", "keep the drops for the next bench")
    .option("--json", "print every measurement as JSON")
    .addHelpText(
      "after",
      "\nWith --profile it runs the console once, and tells where the time went: see --profile --help.",
    )
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))
    .parse(args, { from: "user" })
    .opts<Options>();
}

/** Commander hands over one word at a time; the first replaces the defaults. */
function wholes(text: string, before: number[]): number[] {
  return before === defaultUsers ? [whole(text)] : [...before, whole(text)];
}
