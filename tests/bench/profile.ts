import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { exitCodes } from "../../src/core/errors.ts";
import { monthName } from "../../src/core/month.ts";
import { dropsOf } from "./drops.ts";
import { leaver } from "./leaving.ts";
import { whole } from "./options.ts";
import { runConsole } from "./ours.ts";
import { report } from "./profile/report.ts";
import { watchRun } from "./profile/watched-run.ts";
import { openServer } from "./server.ts";

/** What can be profiled: which months are loaded before, and what is run then. */
const profiles = {
  first: { loaded: [], words: ["--month", monthName(0)] },
  next: { loaded: [0], words: ["--month", monthName(1)] },
  force: { loaded: [0, 1], words: ["--month", monthName(1), "--force"] },
  nothing: { loaded: [0, 1], words: ["--month", monthName(1)] },
  months: { loaded: [0, 1], words: ["months"] },
} as const;

interface Options {
  users: number;
  data?: string;
  month: keyof typeof profiles;
  database?: string;
  keep?: true;
}

const database = "bench_profile";

/** Runs the console once by way of a proxy that reads the protocol, and prints where the time went. */
export async function run(args: string[]): Promise<void> {
  const options = readOptions(args);
  const server = await openServer(options.database);
  const leave = leaver(server, options.keep === true || options.data !== undefined);
  try {
    const data = options.data ?? dropsOf(options.users);
    const { loaded, words } = profiles[options.month];
    const url = await server.create(database);
    for (const month of loaded) await runConsole(url, data, monthName(month), []);
    await server.settle(url);
    const watched = await watchRun(url, [...words, "--data", data]);
    const drops = options.data ?? `${options.users.toLocaleString("en-US")} users`;
    console.log(report(`${options.month}, ${drops}; ${server.name}; ${availableParallelism()} processors.`, watched));
    await server.drop(database);
  } finally {
    await leave();
  }
}

function readOptions(args: string[]): Options {
  return new Command("bench --profile")
    .addOption(
      new Option("--month <which>", "what to run: a first month, the next, the same again, or the list of months")
        .choices(Object.keys(profiles))
        .default("next"),
    )
    .option("--users <count>", "users of the drops that are made for it", whole, 7043)
    .addOption(
      new Option("--data <dir>", "a folder with drops of two months, month_000 and month_001")
        .conflicts("users")
        .argParser((dir) => resolve(dir)),
    )
    .option("--database <url>", "a server of your own, where the role may make databases")
    .option("--keep", "keep the drops for the next bench")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))
    .parse(args, { from: "user" })
    .opts<Options>();
}
