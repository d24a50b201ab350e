import { readFileSync } from "node:fs";
import type { Outcome } from "../../headless/process.ts";
import type { Workshop } from "../console.ts";
import { canary, type Lease } from "../places/place.ts";
import { filesBelow, leftovers } from "./leftovers.ts";
import { lastRun, stateOf, tablesThatTell } from "./state.ts";

/** The database before a run, and after one that nothing happened to. */
export interface Known {
  before: string;
  after: string;
  /** The same without the seals that were lifted. */
  afterRestamp: string;
}

export interface Scene {
  lease: Lease;
  shop: Workshop;
  known: Known;
  /** The number of the newest run before. */
  runsBefore: number;
  done: "published" | "dry_run";
}

/** What of the oracle holds otherwise for a fault. */
export interface Leniency {
  /** The process that tells was killed itself: there are neither words nor an exit code of its own. */
  isMute?: boolean;
  /** The run was carried out, and what could not be is not its own. */
  isDoneAllTheSame?: boolean;
  /** What was asked is answered on stdout. */
  isAnswer?: boolean;
  /** There was no server any more when the run ended. */
  isOutOfReach?: boolean;
}

/** After a fault: each way in which the first three points of the oracle, and the words, do not hold. */
export async function complaintsAfter(scene: Scene, outcome: Outcome, leniency: Leniency = {}): Promise<string[]> {
  const { lease, shop, known } = scene;
  const isMute = leniency.isMute === true;
  const around = { sql: lease.sql, folder: shop.folder, temporary: shop.temporary, home: shop.home };
  const left = await leftovers({ ...around, mayLeaveStage: isMute || leniency.isOutOfReach === true });
  const state = await stateOf(lease.sql);
  const complaints = left.map((what) => `left behind: ${what}`);
  if (state !== known.before && state !== known.after)
    complaints.push("the rows are neither those before nor those after");
  complaints.push(...(await ledgerComplaints(scene, state, outcome, leniency)));
  if (!isMute && leniency.isAnswer !== true) complaints.push(...wordComplaints(outcome));
  complaints.push(...(await secretComplaints(scene, outcome)));
  return complaints;
}

async function ledgerComplaints(
  { lease, known, runsBefore, done }: Scene,
  state: string,
  { code, stderr }: Outcome,
  { isMute = false, isDoneAllTheSame = false }: Leniency,
): Promise<string[]> {
  const last = await lastRun(lease.sql);
  const isNew = last !== null && last.run > runsBefore;
  const status = isNew ? last.status : null;
  const complaints: string[] = [];
  const isDone = status === done;
  if (known.before !== known.after && isDone !== (state === known.after)) {
    complaints.push(`the ledger says ${status}, but the rows are those ${state === known.after ? "after" : "before"}`);
  }
  if (isMute) return complaints;
  if (isDoneAllTheSame) return isDone ? [] : [`the ledger says ${status}`];
  if (isDone !== (code === 0)) complaints.push(`the ledger says ${status}, but the exit code is ${code}`);
  if (status === "running" && last?.isAlive) complaints.push("the ledger has it under way for ever");
  const told = /^ {2}\S+, run \d+, stage (\w+)$/m.exec(stderr)?.[1] ?? null;
  const stage = isNew ? last.stage : null;
  if (code !== 0 && stage !== null && told !== stage) complaints.push(`stage ${stage} in the ledger, ${told} in words`);
  return complaints;
}

/** One line of cause and one of remedy where it failed, and never a stack trace. */
export function wordComplaints({ code, stderr, stdout }: Outcome): string[] {
  const complaints: string[] = [];
  if (code === null) complaints.push("the console was ended, or hung");
  const [errors, remedies] = [/^error: ./gm, /^remedy: ./gm].map((line) => stderr.match(line)?.length ?? 0);
  const wanted = code === 0 ? 0 : 1;
  if (errors !== wanted || remedies !== wanted) complaints.push(`${errors} lines of cause and ${remedies} of remedy`);
  if (/^\s+at .*:\d+/m.test(stderr + stdout)) complaints.push("a stack trace is printed");
  return complaints;
}

async function secretComplaints({ lease, shop }: Scene, { stdout, stderr }: Outcome): Promise<string[]> {
  const written = [stdout, stderr, ...filesBelow(shop.home).map((path) => readFileSync(path, "utf8"))];
  const isTold = written.some((text) => text.includes(canary));
  const tables = await tablesThatTell(lease.sql, canary);
  return [...(isTold ? ["the password is told"] : []), ...tables.map((table) => `the password is told by ${table}`)];
}

/** After the remedy was carried out: each way in which all is not as after a clean run. */
export async function complaintsAtEnd(
  { lease, known }: Scene,
  { code, stderr }: Outcome,
  isRestamped = false,
): Promise<string[]> {
  const said = stderr.trim().split("\n").slice(-3).join(" | ");
  const complaints = code === 0 ? [] : [`the remedy ends with ${code}: ${said}`];
  const [state, wanted] = isRestamped
    ? [await stateOf(lease.sql, false), known.afterRestamp]
    : [await stateOf(lease.sql), known.after];
  if (state !== wanted) complaints.push("after the remedy the rows are not those of a clean run");
  return complaints;
}
