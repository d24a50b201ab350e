import { Command, InvalidArgumentError } from "commander";
import { exitCodes, messageOf } from "../src/core/errors.ts";
import { writeDrop } from "./generate/drop.ts";
import { userLimit } from "./generate/population.ts";

const monthLimit = 1000;
const seedLimit = 2 ** 32;

interface Options {
  users: number;
  months: number;
  seed: number;
  drift?: number;
  out: string;
}

/** A reader of whole numbers `from` … `to`, for commander. */
function whole(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`Write a whole number from ${from} to ${to}.`);
  };
}

const command = new Command("generate")
  .description("Make monthly drops of six CSV files. The same options give the same bytes.")
  // Users who join later need ids too, at most 26 times as many over all months.
  .option("--users <count>", "users in the first month", whole(1, Math.floor(userLimit / 30)), 7043)
  .option("--months <count>", "months, from month_000 on", whole(1, monthLimit), 2)
  .option("--seed <number>", "another seed makes other users", whole(0, seedLimit - 1), 1)
  .option(
    "--drift <month>",
    "from this month on people watch longer, and some of support is missing",
    whole(0, monthLimit),
  )
  .option("--out <folder>", "where the month folders go", "data/seeds")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))
  .parse();

const { users, months, seed, drift, out } = command.opts<Options>();
try {
  for (let month = 0; month < months; month++) {
    const written = writeDrop({ seed, users, ...(drift !== undefined && { drift }) }, month, out);
    console.log(`month ${month}: ${written} users in ${out}`);
  }
} catch (error) {
  console.error(`Cannot write the drops to ${out}: ${messageOf(error)}`);
  console.error("Free some space or name another folder with --out; files already written may be incomplete.");
  process.exitCode = exitCodes.failure;
}
