import type { Command, Example } from "./command.ts";
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
