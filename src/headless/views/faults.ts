import type { ConsoleError } from "../../core/errors.ts";
import { type Fault, type FaultGroup, faultCodes, groupFaults } from "../../core/faults.ts";
import { formatCount } from "../../core/format.ts";
import { describeGroup } from "../../core/messages/fault-words.ts";
import { escapeControl } from "../../core/text.ts";
import type { Paint } from "./output.ts";

/** What is known of a drop's faults; all but `faults` may be missing. */
export interface FaultReport {
  faults?: readonly Fault[] | undefined;
  fault_count?: number | undefined;
  fault_groups?: readonly FaultGroup[] | undefined;
  reject_file?: string | null | undefined;
}

const shownGroups = 30;

/**
 * What is wrong with a drop: a line for each fault as `file:line: column: "value": reason; remedy`, where many of one
 * kind in one column are one line; then where all of them are.
 */
export function faultLines({ faults = [], fault_count, fault_groups, reject_file }: FaultReport): string[] {
  const groups = fault_groups ?? groupFaults(faults);
  const shown = groups.slice(0, shownGroups);
  const lines = shown.flatMap(groupLines);
  const rest = (fault_count ?? faults.length) - shown.reduce((sum, { count }) => sum + count, 0);
  if (rest > 0) lines.push(`… and ${formatCount(rest)} more`);
  if (reject_file) lines.push(`line by line: ${escapeControl(reject_file)}`);
  return lines;
}

/** As many lines as the group kept places, where these are all there are; otherwise one. */
function groupLines(group: FaultGroup): string[] {
  const { file, column, code, reason, count, first } = group;
  const { remedy } = faultCodes[code];
  if (count > first.length) return [escapeControl(`${file}: ${describeGroup(group)}; ${remedy}`)];
  return first.map(({ line, value, reason: own = reason }) => {
    const place = line === undefined ? file : `${file}:${line}`;
    const parts = [place, column, value === undefined ? undefined : `"${value}"`, own];
    return escapeControl(`${parts.filter((part) => part !== undefined).join(": ")}; ${remedy}`);
  });
}

/** Always the same form, safe to show: what happened, where and why in lines, what to do now. */
export function printFailure(
  { title, hint }: { title: string; hint: string },
  cause: readonly string[],
  paint: Paint,
): string {
  const what = `${paint("red", "error:")} ${paint("bold", escapeControl(title))}\n`;
  const why = cause.map((line) => `  ${escapeControl(line)}\n`).join("");
  return `${what}${why}${paint("cyan", "remedy:")} ${escapeControl(hint)}\n`;
}

/** An error that ended a command. */
export function printError(error: ConsoleError, paint: Paint): string {
  return printFailure(error, faultLines({ faults: error.faults, fault_count: error.faultCount }), paint);
}
