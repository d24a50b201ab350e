import { Command, InvalidArgumentError } from "commander";
import { exitCodes } from "../../src/core/errors.ts";

/** What benches of one size of drop can be told. */
export interface Scale {
  users: number;
  rounds: number;
  database?: string;
  keep?: true;
}

/** Read them; `users` says whose they are, and `rounds` how many there are when nothing is said. Ends the process for `--help`. */
export function readScale(bench: string, users: string, rounds: number, args: string[]): Scale {
  return new Command(`bench ${bench}`)
    .option("--users <count>", users, whole, 1_000_000)
    .option("--rounds <count>", "how often each is measured", whole, rounds)
    .option("--database <url>", "a server of your own, where the role may make databases")
    .option("--keep", "keep the drops for the next bench")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))
    .parse(args, { from: "user" })
    .opts<Scale>();
}

/** A reader of whole numbers from 1 on, for commander. */
export function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number from 1 to 999999999.");
}
