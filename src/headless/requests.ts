import { resultFormats } from "../core/messages/basics.ts";
import type { RequestOf, RunRequest, Selection } from "../core/messages/requests.ts";
import { isDate, parseMonth } from "../core/month.ts";
import type { Flag, Values } from "./command.ts";
import { usageError } from "./usage.ts";

const howToSelect = "Name one or more with --month, or take them all with --all, or those to do with --pending.";

/** The run that the flags ask for. Throws a usage error for flags that contradict each other. */
export function runRequest(values: Values): RunRequest {
  return {
    kind: "run",
    selection: selectionOf(values),
    as_of: asOfOf(values),
    dry_run: values.dryRun ?? false,
    restamp: values.restamp ?? false,
    backfill: values.backfill ?? false,
    force: values.force ?? false,
  };
}

/** The months that the flags name, exactly one of the three ways. */
export function selectionOf({ month, all, pending }: Values): Selection {
  const ways = [month && "--month", all && "--all", pending && "--pending"].filter(Boolean);
  if (ways.length === 0) throw usageError("No month is named.", howToSelect);
  if (ways.length > 1) throw usageError(`${ways.join(" and ")} do not go together.`, howToSelect);
  if (month === undefined) return { every: all ? "all" : "pending" };
  // What the words mean depends on the manifest, which the pipeline reads; a slip of the pen is told at once.
  for (const end of month.flatMap((word) => word.split(".."))) parseMonth(end, earliest);
  return { months: month };
}

const earliest = "0000-01";

function asOfOf({ asOf, month }: Values): string | null {
  if (asOf === undefined) return null;
  if (!isDate(asOf)) {
    throw usageError(`"${asOf}" is not a date.`, "Write --as-of as YYYY-MM-DD, a day that exists: --as-of 2024-01-31.");
  }
  const [only, ...more] = month ?? [];
  if (only === undefined || more.length > 0 || only.includes("..")) {
    throw usageError("--as-of stamps exactly one month.", "Name one with --month; run several one by one.");
  }
  return asOf;
}

export const validateFlags: readonly Flag[] = [
  { name: "suite", syntax: "--suite <file>", help: "the expectation suite, a JSON file", required: true },
  { name: "table", syntax: "--table <table>", help: "the table, or schema.table", required: true },
  {
    name: "parameter",
    syntax: "--parameter <name=value>",
    help: "value of a $PARAMETER in the suite; may be repeated",
    repeatable: true,
  },
  {
    name: "resultFormat",
    syntax: "--result-format <format>",
    help: "how much each result tells (default: SUMMARY)",
    choices: resultFormats,
  },
];

/** The validation that the flags ask for. */
export function validateRequest({ suite, table, parameter, resultFormat, json }: Values): RequestOf<"validate"> {
  return {
    kind: "validate",
    suite_path: suite ?? "",
    table: table ?? "",
    // Great Expectations tells of what cannot be evaluated in its result; a person is told before anything runs.
    tolerant: json === true,
    parameters: Object.fromEntries((parameter ?? []).map(splitParameter)),
    result_format: resultFormats.find((format) => format === resultFormat) ?? "SUMMARY",
  };
}

function splitParameter(word: string): [name: string, value: string] {
  const at = word.indexOf("=");
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  throw usageError(`"${word}" gives no parameter a value.`, "Write --parameter name=value.");
}
