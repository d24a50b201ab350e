import { rmSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../../src/core/errors.ts";
import type { Written } from "../../../src/core/written/settings.ts";
import { median } from "../figures.ts";
import { watchMemory } from "../memory.ts";
import type { Cost } from "./alone.ts";
import type { Way } from "./copying.ts";

/** What reading a file cost, the median of several times; memory is the most of them, null where there is no /proc. */
export interface Measured extends Cost {
  peakBytes: number | null;
}

/** Reads a file alone, so many times, each in a process of its own. */
export async function readAlone(
  path: string,
  folder: string,
  rounds: number,
  written: Written = {},
): Promise<Measured> {
  const costs: Cost[] = [];
  let peakBytes: number | null = null;
  for (let round = 0; round < rounds; round++) {
    const home = join(folder, "home");
    const { answer, peak } = await ask<Cost>("alone.ts", path, home, JSON.stringify(written));
    rmSync(home, { recursive: true, force: true });
    costs.push(answer);
    if (peak !== null) peakBytes = Math.max(peakBytes ?? 0, peak);
  }
  const [first] = costs;
  const seconds = median(costs.map((cost) => cost.seconds));
  const busy = median(costs.map((cost) => cost.busy));
  return { rows: first?.rows ?? 0, faults: first?.faults ?? 0, seconds, busy, peakBytes };
}

/** Seconds of copying a file into the server at `url`, medians of so many times in turn, and of the difference. */
export async function copyBothWays(path: string, url: string, rounds: number) {
  const taken: Record<Way, number[]> = { alone: [], strict: [] };
  for (let round = 0; round < rounds; round++) {
    for (const way of ["alone", "strict"] as const) {
      taken[way].push((await ask<{ seconds: number }>("copying.ts", path, url, way)).answer.seconds);
    }
  }
  const more = taken.strict.map((seconds, round) => seconds - (taken.alone[round] ?? 0));
  return { alone: median(taken.alone), strict: median(taken.strict), more: median(more) };
}

/** What a script of this folder prints, and its peak memory in bytes. */
async function ask<Answer>(script: string, ...args: string[]): Promise<{ answer: Answer; peak: number | null }> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, script), ...args], { stdout: "pipe" });
  const memory = watchMemory(child.pid);
  const text = await new Response(child.stdout).text();
  const peak = memory.stop();
  if ((await child.exited) !== 0) {
    throw new ConsoleError("internal", `${script} failed.`, { hint: "What it said stands above." });
  }
  return { answer: JSON.parse(text), peak };
}
