import { join } from "node:path";
import { ConsoleError } from "../../src/core/errors.ts";
import type { Timing } from "./load/samples.ts";
import { watchMemory } from "./memory.ts";

const root = join(import.meta.dir, "../..");

/** One headless run of the console, as cron would start it, on the database at `url`. */
export async function runConsole(
  url: string,
  data: string,
  month: string,
  flags: readonly string[],
  environment: Record<string, string> = {},
): Promise<OwnTiming> {
  return runCommand(["--month", month, "--data", data, "--database", url, "--json", ...flags], environment);
}

/** What a process tells of itself beside. */
interface OwnTiming extends Timing {
  /** Of all its processes together. */
  processorSeconds: number;
}

/** The console with these words, from its start to its exit. */
export async function runCommand(
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<OwnTiming> {
  const began = performance.now();
  const child = Bun.spawn([process.execPath, "src/main.ts", ...words], {
    ...{ cwd: root, stdout: "pipe", stderr: "pipe" },
    env: { ...process.env, ...environment },
  });
  const memory = watchMemory(child.pid);
  const [output, complaint, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  const seconds = (performance.now() - began) / 1000;
  const peakBytes = memory.stop();
  if (exitCode !== 0) {
    throw new ConsoleError("internal", `The console left with ${exitCode} on ${words.join(" ")}: ${complaint.trim()}`, {
      hint: "Run the console on that drop alone to see more; --keep keeps the drops.",
    });
  }
  const processorSeconds = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6;
  return { seconds, peakBytes, stages: stageSeconds(output), processorSeconds };
}

/** Seconds by stage from the `stage.finished` lines of a `--json` run. */
export function stageSeconds(events: string): Record<string, number> {
  const stages: Record<string, number> = {};
  for (const line of events.split("\n")) {
    if (!line.includes('"stage.finished"')) continue;
    const event: { stage: string; seconds: number } = JSON.parse(line);
    stages[event.stage] = (stages[event.stage] ?? 0) + event.seconds;
  }
  return stages;
}
