import type { CommanderError } from "commander";
import { type ConsoleError, type ExitName, exitCodes, failureCodes, usageError } from "../core/errors.ts";
import { program } from "../core/self.ts";
import { suggest } from "../core/suggest.ts";
import { commands } from "./commands.ts";

/** A line of an example as it is typed. */
export function exampleLine(line: string): string {
  return line === "" ? program : `${program} ${line}`;
}

const meanings: Record<ExitName, string> = {
  done: "done, with or without warnings",
  rejected: "rejected",
  usage: "wrong usage",
  failure: "the database or the system failed",
  refused: "refused",
  interrupted: "interrupted by Ctrl-C (SIGINT)",
  terminated: "terminated by SIGTERM or SIGHUP",
};

/** Every exit code with its meaning and the words of all failures that lead to it, in the order of the codes. */
export const exits = (Object.keys(exitCodes) as ExitName[]).map((name) => {
  const failures = Object.values(failureCodes).filter(({ exit }) => exit === name);
  const kinds = [...new Set(failures.flatMap(({ means }) => means ?? []))].join("; ");
  return { code: exitCodes[name], meaning: kinds === "" ? meanings[name] : `${meanings[name]}: ${kinds}` };
});

/** What a command's help ends with. */
export function helpEnd(name: string, examples: Readonly<Record<string, string>>): string {
  const shown = Object.entries(examples).map(([line, does]): [string, string] => [exampleLine(line), does]);
  const codes = exits.map(({ code, meaning }): [string, string] => [String(code), meaning]);
  return `\n${aligned("Examples", shown)}${name === "" ? `\n${aligned("Exit codes", codes)}` : ""}`;
}

function aligned(title: string, lines: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return `${title}:\n${lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("")}`;
}

/** The parser's complaint about a command, or about the whole line, in our own form. */
export function fromCommander(error: CommanderError, name?: string): ConsoleError {
  const [complaint = "", suggestion = ""] = error.message.replace(/^error: /, "").split("\n");
  const title = complaint.charAt(0).toUpperCase() + complaint.slice(1).replace(/\.?$/, ".");
  const meant = /^\((Did you mean .+\?)\)$/.exec(suggestion)?.[1];
  return usageError(title, meant ?? `${helpLine(name)} shows how it is written.`);
}

/** A word where a command is expected. */
export function unknownCommand(word: string): ConsoleError {
  const title = `There is no command "${word}".`;
  if (/^(month_)?\d/.test(word)) return usageError(title, `Write --month in front of each month: --month ${word}.`);
  // A run has no word of its own, which is not to be proposed.
  const named = Object.keys(commands).filter((name) => name !== "");
  const meant = suggest(word, named);
  return usageError(title, meant === null ? `${helpLine()} lists the commands.` : `Did you mean ${meant}?`);
}

/** A flag, such as --month, that belongs to another command. */
export function foreignFlag(name: string, flag: string): ConsoleError {
  const hint = `Leave one of the two out; ${helpLine(name)} shows what it takes.`;
  return usageError(`\`${name}\` takes no ${flag}.`, hint);
}

/** The line that shows how a command is written, or all of them. */
function helpLine(name?: string): string {
  return `\`${[program, name, "--help"].filter(Boolean).join(" ")}\``;
}
