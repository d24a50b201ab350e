import type { RunState } from "../client/state.ts";
import type { ConsoleError } from "../core/errors.ts";
import type { EventOf, Verdict } from "../core/events.ts";
import type { Fault } from "../core/faults.ts";
import { formatCount } from "../core/format.ts";
import { escapeControl } from "../core/text.ts";
import type { Paint } from "./paint.ts";
import { expectationOf, observation } from "./words.ts";

interface Failure {
  title: string;
  /** Lines that tell where and why. */
  cause: string[];
  hint: string;
}

const shownFaults = 20;

/** Always the same form: what happened, why, what to do now. */
function print({ title, cause, hint }: Failure, paint: Paint): string {
  const lines = [`${paint("red", "error:")} ${paint("bold", escapeControl(title))}`];
  for (const line of cause) lines.push(`  ${line}`);
  lines.push(`${paint("cyan", "remedy:")} ${escapeControl(hint)}`);
  return `${lines.join("\n")}\n`;
}

/** An error that ended a command. */
export function printError({ title, hint, faults, faultCount }: ConsoleError, paint: Paint): string {
  return print({ title, cause: faultLines(faults, faultCount, null), hint }, paint);
}

/** The last word of a run that published nothing, with all that led to it. */
export function printFailedRun(state: RunState, end: EventOf<"run.failed">, paint: Paint): string {
  const verdicts = state.tables.flatMap((table) => table.verdicts);
  const cause = [
    ...whereLines(state, end),
    ...verdicts.filter(({ success, severity }) => !success && severity === "critical").map(verdictLine),
    ...faultLines(end.faults ?? [], end.fault_count ?? 0, end.reject_file ?? null),
  ];
  return print({ title: end.title, cause, hint: end.hint }, paint);
}

function whereLines({ month, run }: RunState, { stage }: EventOf<"run.failed">): string[] {
  const where = [month, run === null ? "" : `run ${run}`, stage === null ? "" : `stage ${stage}`].filter(Boolean);
  return where.length === 0 ? [] : [where.join(", ")];
}

export function verdictLine(verdict: Verdict): string {
  const found = observation(verdict);
  return `${expectationOf(verdict)}${found === "" ? "" : `: ${found}`}`;
}

/** `file:line: column: "value": reason`, the first of them, and where the others are. */
export function faultLines(faults: readonly Fault[], count: number, rejectFile: string | null): string[] {
  const lines = faults.slice(0, shownFaults).map(faultLine);
  if (count > lines.length) lines.push(`… and ${formatCount(count - lines.length)} more`);
  if (rejectFile !== null) lines.push(`all of them: ${escapeControl(rejectFile)}`);
  return lines;
}

export function faultLine({ file, line, column, value, reason }: Fault): string {
  const parts = [
    line === undefined ? file : `${file}:${line}`,
    column,
    value === undefined ? undefined : `"${value}"`,
    reason,
  ];
  return escapeControl(parts.filter((part) => part !== undefined).join(": "));
}
