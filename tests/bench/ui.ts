import { Command } from "commander";
import { removeDrops } from "./drops.ts";
import { whole } from "./options.ts";
import { crowd } from "./ui/crowd.ts";
import { printHeading } from "./ui/frames.ts";
import { hour } from "./ui/hour.ts";
import { real } from "./ui/real.ts";

/**
 * In a real pseudo-terminal: from the command to the first frame, and from a key to the end of the frame that answers
 * it, with a large made-up ledger and while a real run goes on; and what memory an hour of looking at the ledger takes.
 */
export async function run(args: string[]): Promise<void> {
  const options = new Command("bench ui")
    .option("--presses <n>", "keys pressed in each part", whole, 60)
    .option("--users <n>", "users in the run that goes on", whole, 200_000)
    .option("--keep", "keep the drops for the next bench")
    .parse(args, { from: "user" })
    .opts<{ presses: number; users: number; keep?: true }>();
  printHeading();
  await crowd(options.presses);
  await hour();
  try {
    await real(options.users);
  } finally {
    if (!options.keep) removeDrops();
  }
}
