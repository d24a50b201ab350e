import { join } from "node:path";
import { ConsoleError } from "../../../src/core/errors.ts";
import type { Moment, Part } from "./account.ts";
import { toldBy } from "./events.ts";
import { openProxy } from "./proxy.ts";
import type { Statement } from "./statement.ts";

const root = join(import.meta.dir, "../../..");

/** One run of the console, with all that it asked of the server. Moments are milliseconds from the start of its process. */
export interface WatchedRun {
  statements: Statement[];
  /** Without one that was made to look whom the others wait for, as it is where a busy server is long silent. */
  connections: number;
  roundTrips: number;
  firstConnection: number | null;
  /** What the run said of itself; nothing for a command that is no run. */
  moments: Moment[];
  stages: Part[];
  exit: number;
  /** Seconds of a processor that the console's processes took. */
  cpu: { user: number; system: number };
  /** Seconds of a processor that reading along took: what the run would not have cost otherwise. */
  proxyCpu: number;
}

function looksForBlockers({ statements }: { statements: readonly Statement[] }): boolean {
  return statements.some(({ text }) => text.includes("pg_blocking_pids"));
}

/** Runs the console with these words on the database at `url`, by way of a proxy that reads along. */
export async function watchRun(url: string, words: readonly string[]): Promise<WatchedRun> {
  let began = performance.now();
  const proxy = await openProxy(url, () => performance.now() - began);
  try {
    const cpuBefore = process.cpuUsage();
    began = performance.now();
    const start = Date.now();
    const child = Bun.spawn([process.execPath, "src/main.ts", ...words, "--database", proxy.url, "--json"], {
      cwd: root,
      stdout: "pipe",
      stderr: "pipe",
    });
    let exit = 0;
    const left = child.exited.then((exitCode) => {
      exit = performance.now() - began;
      return exitCode;
    });
    const ended = Promise.all([child.stdout.text(), child.stderr.text(), left]);
    const [output, complaint, exitCode] = await Promise.race([ended, proxy.unreadable]).finally(() => child.kill());
    if (exitCode !== 0) throw failed(words, exitCode, complaint);
    const usage = child.resourceUsage();
    const spent = process.cpuUsage(cpuBefore);
    return {
      statements: proxy.conversations.flatMap(({ statements }) => statements),
      connections: proxy.conversations.filter((one) => !looksForBlockers(one)).length,
      roundTrips: proxy.conversations.reduce((sum, { roundTrips }) => sum + roundTrips, 0),
      firstConnection: proxy.firstConnection(),
      ...toldBy(output, start),
      exit,
      cpu: { user: Number(usage?.cpuTime.user ?? 0) / 1e6, system: Number(usage?.cpuTime.system ?? 0) / 1e6 },
      proxyCpu: (spent.user + spent.system) / 1e6,
    };
  } finally {
    await proxy.close();
  }
}

function failed(words: readonly string[], exitCode: number, complaint: string): ConsoleError {
  return new ConsoleError("internal", `The console left with ${exitCode} on ${words.join(" ")}: ${complaint.trim()}`, {
    hint: "Run it without the profile to see more.",
  });
}
