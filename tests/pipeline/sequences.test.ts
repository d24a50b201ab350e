import { afterAll, beforeAll, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { type Bench, bench } from "./sequences/bench.ts";
import { type Command, months, sequences } from "./sequences/commands.ts";
import { Play } from "./sequences/play.ts";
import { look } from "./sequences/sight.ts";

/** Whatever is done in whatever order, by the console and by others: what sequences/hold.ts lists holds after each step. */

/** Sequences that are drawn; set their number to soak. */
const many = Number(process.env.SEQUENCES ?? 12);
const isSoak = process.env.SEQUENCES !== undefined;
setDefaultTimeout(120_000 + 10_000 * many);

let at: Bench;
beforeAll(async () => {
  at = await bench();
});
afterAll(() => at?.close());

const tally = new Map<string, number>();

async function play(commands: readonly Command[]): Promise<void> {
  await at.reset(months);
  const sequence = new Play(at, months, await look(at.database.sql), tally);
  for (const command of commands) await sequence.perform(command);
  await sequence.end();
}

test("drawn sequences of commands hold to every rule", async () => {
  const drawn = fc.asyncProperty(sequences, play);
  // Time enough to make a counterexample small.
  const limits = { interruptAfterTimeLimit: 90_000 + 5_000 * many, markInterruptAsFailure: true };
  await fc.assert(drawn, { numRuns: many, ...limits });
  if (isSoak) console.log(Object.fromEntries([...tally].sort()));
});
