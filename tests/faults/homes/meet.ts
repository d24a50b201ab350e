import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../../../src/postgres/connection/connect.ts";
import { acquireServer } from "../../../src/postgres/embedded/server.ts";
import { silently } from "../../../src/postgres/embedded/waiting.ts";
import type { Outcome } from "../../headless/process.ts";
import type { Expected } from "../catalogue/fault.ts";
import { unexpected } from "../catalogue/meet.ts";
import { startConsole, type Workshop, workshop } from "../console.ts";
import { wordComplaints } from "../oracle/judge.ts";
import { stateOf } from "../oracle/state.ts";
import type { Place } from "../places/place.ts";
import { settings } from "../places/settings.ts";
import { scenarios, writeMonths } from "../scenarios.ts";
import type { Verdict } from "../sweep.ts";
import { knownOf } from "../trial.ts";

/** Something that befalls the home of the embedded server, which nobody uses at that time. */
export interface HomeFault {
  name: string;
  /** It has to happen before there is a database; else the first month is published in it. */
  isNew?: true;
  unless?: () => string | null;
  isFixed?: true;
  arrange?(shop: Workshop): unknown;
  /** Where it is more than the next month that is run. */
  provoke?(shop: Workshop): Promise<Outcome>;
  expected: Expected;
  remedy?(shop: Workshop): unknown;
  /** At the very end. */
  clear?(shop: Workshop): unknown;
}

const next = ["--month", "0", "--month", "1"];

/** The months of a home, of which those that were published have nothing to do. */
function runNext(shop: Workshop): Promise<Outcome> {
  return startConsole(shop, next).outcome;
}

/** Have it happen, judge what is left, do what is advised, and run again. */
export async function meetHomeFault(fault: HomeFault, place: Place): Promise<Verdict> {
  const shop = workshop();
  writeMonths(shop.drops);
  try {
    const { after } = await knownOf(place, scenarios.next);
    if (fault.isNew !== true) {
      const { code, stderr } = await startConsole(shop, ["--month", "0"]).outcome;
      if (code !== 0) throw new Error(`the home cannot be made: ${stderr}`);
    }
    await fault.arrange?.(shop);
    const outcome = await (fault.provoke ?? runNext)(shop);
    const complaints = fault.expected.exit === null ? [] : wordComplaints(outcome);
    complaints.push(...unexpected(fault.expected, outcome), ...(await presentIn(shop)));
    await fault.remedy?.(shop);
    const last = await runNext(shop);
    if (last.code !== 0) complaints.push(`the remedy ends with ${last.code}: ${last.stderr.trim().slice(-400)}`);
    else if ((await stateIn(shop)) !== after) complaints.push("after the remedy the rows are not those of a clean run");
    complaints.push(...(await presentIn(shop)));
    return { name: fault.name, complaints };
  } catch (thrown) {
    return {
      name: fault.name,
      complaints: [`could not be tried: ${thrown instanceof Error ? thrown.message : thrown}`],
    };
  } finally {
    await fault.clear?.(shop);
    shop.remove();
  }
}

async function stateIn({ home }: Workshop): Promise<string> {
  const use = await acquireServer(home, silently, settings);
  const sql = connect(use.url);
  try {
    return await stateOf(sql);
  } finally {
    await sql.end({ timeout: 1 });
    await use.release();
  }
}

const patienceMs = 5_000;

/** Consoles and servers that are still there after five seconds, though nobody uses the home. */
async function presentIn({ folder }: Workshop): Promise<string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const left = processesOf(folder);
    if (left.length === 0 || Date.now() > deadline) return left.map((what) => `left behind: ${what}`);
    await Bun.sleep(10);
  }
}

/** By what they were started with; none is seen where the system does not show it. */
function processesOf(folder: string): string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.flatMap((pid) => {
    try {
      const words = readFileSync(join("/proc", pid, "cmdline"), "utf8")
        .replaceAll("\0", " ")
        .trim();
      return words.includes(folder) ? [words.slice(0, 120)] : [];
    } catch {
      return [];
    }
  });
}
