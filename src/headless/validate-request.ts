import type { RequestOf } from "../core/requests.ts";
import { resultFormats } from "../core/result-formats.ts";
import type { Flag, Values } from "./command.ts";
import { usageError } from "./usage.ts";

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
