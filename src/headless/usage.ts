import type { CommanderError } from "commander";
import { ConsoleError } from "../core/errors.ts";
import { suggest } from "../core/suggest.ts";
import type { Command, Example, Flag } from "./command.ts";
import { exits } from "./exits.ts";

/** How the program is called, in help and messages. */
export const program = "bun run console";

/** The line that shows how a command is written, or all of them. */
export function helpLine(command?: Pick<Command, "name">): string {
  return `\`${[program, command?.name, "--help"].filter(Boolean).join(" ")}\``;
}

export function exampleLine({ line }: Example): string {
  return line === "" ? program : `${program} ${line}`;
}

export function examplesText(examples: readonly Example[]): string {
  return aligned(
    "Examples",
    examples.map((example) => [exampleLine(example), example.does]),
  );
}

export function exitCodesText(): string {
  return aligned(
    "Exit codes",
    exits.map(({ code, meaning }) => [String(code), meaning]),
  );
}

function aligned(title: string, lines: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return `${title}:\n${lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("")}`;
}

/** The command line is not one that the console understands: what is wrong with it, and how to write it. */
export function usageError(title: string, hint: string): ConsoleError {
  return new ConsoleError("usage", title, { hint });
}

/** The parser's complaint in our own form; `help` is the line that shows the right usage. */
export function fromCommander(error: CommanderError, help: string): ConsoleError {
  const [complaint = "", suggestion = ""] = error.message.replace(/^error: /, "").split("\n");
  const title = complaint.charAt(0).toUpperCase() + complaint.slice(1).replace(/\.?$/, ".");
  const meant = /^\(Did you mean (.+)\?\)$/.exec(suggestion)?.[1];
  return usageError(title, meant === undefined ? `${help} shows how it is written.` : `Did you mean ${meant}?`);
}

/** A word where a command is expected. */
export function unknownCommand(word: string, known: readonly string[]): ConsoleError {
  const title = `There is no command "${word}".`;
  if (/^(month_)?\d/.test(word)) return usageError(title, `Write --month in front of each month: --month ${word}.`);
  const meant = suggest(word, known);
  return usageError(title, meant === null ? `${helpLine()} lists the commands.` : `Did you mean ${meant}?`);
}

/** A flag that belongs to another command. */
export function foreignFlag(command: Command, flag: Flag): ConsoleError {
  const [written] = flag.syntax.split(" ");
  return usageError(
    `\`${command.name}\` takes no ${written}.`,
    `Leave one of the two out; ${helpLine(command)} shows what it takes.`,
  );
}
