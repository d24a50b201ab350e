import { monthName } from "../../../src/core/month.ts";
import { runCommand, runConsole } from "../ours.ts";
import { timed } from "../timed.ts";
import { showMonths } from "../ui/months-shown.ts";
import type { Runner } from "./by-hand.ts";
import type { Round } from "./round.ts";
import { leastQuestion, type Sample, type Timing } from "./samples.ts";

/** They take so little that one pair of a round says nothing. */
export const pairsOfARound = 5;

/** What writes nothing, once two months are published: from the start of a process to its end, or to what it shows. */
const small: Record<string, (url: string, data: string) => Promise<Timing>> = {
  "same month again": (url, data) => runConsole(url, data, monthName(1), []),
  months: (url, data) => runCommand(["months", "--data", data, "--database", url]),
  snapshots: (url, data) => runCommand(["snapshots", "--data", data, "--database", url]),
  "terminal UI to its months": showMonths,
};

/** Each several times beside psql, which asks the least there is to ask; nothing without psql. */
export async function playSmall(url: string, runner: Runner, { users, round, data }: Round): Promise<Sample[]> {
  const { askLeast } = runner;
  if (askLeast === null) return [];
  const samples: Sample[] = [];
  for (const [what, run] of Object.entries(small)) {
    for (let pair = 0; pair < pairsOfARound; pair++) {
      const psqlFirst = (round + pair) % 2 === 0;
      const ask = async () => (await timed(() => askLeast(url)))[0];
      const before = psqlFirst ? await ask() : null;
      const ours = await run(url, data);
      const againstSeconds = before ?? (await ask());
      samples.push({ users, round, what, ours, against: leastQuestion, againstSeconds, copySeconds: null });
    }
  }
  return samples;
}
