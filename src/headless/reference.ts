import type { Command, Flag } from "./command.ts";
import { exits } from "./exits.ts";
import { globalFlags } from "./flags.ts";
import { exampleLine, program } from "./usage.ts";

/** The README's command reference, in Markdown: the same table that `--help` prints. */
export function commandReference(commands: readonly Command[]): string {
  const runs = commands.filter(({ name }) => name === "");
  const others = commands.filter(({ name }) => name !== "");
  return [
    rows(
      ["command", "does"],
      [...runs, ...others].map((command) => [code(usageOf(command)), command.summary]),
    ),
    "Flags that make a run:",
    flagRows(runs.flatMap(({ flags }) => flags)),
    "Flags of single commands:",
    rows(
      ["command", "flag", "does"],
      others.flatMap(({ name, flags }) => flags.map(({ syntax, help }) => [code(name), code(syntax), help])),
    ),
    "Flags of every command, before or after its name:",
    flagRows(globalFlags),
    "Examples:",
    fenced(commands.flatMap(({ examples }) => examples.map((example) => [exampleLine(example), example.does]))),
    "Exit codes:",
    rows(
      ["code", "means"],
      exits.map(({ code: number, meaning }) => [String(number), meaning]),
    ),
    "A first Ctrl-C, SIGTERM or SIGHUP rolls the run back and waits for it; a second one ends the pipeline at once, and " +
      "the server rolls back what it had open. A reader that leaves (`| head`) does not stop a run.",
  ].join("\n\n");
}

function usageOf({ name, parameters, flags }: Command): string {
  if (name === "") return program;
  const words = parameters.map((parameter) => parameter.choices?.join("|") ?? `<${parameter.name}>`);
  return [name, ...words, ...flags.map(({ syntax }) => `[${syntax}]`)].join(" ");
}

function flagRows(flags: readonly Flag[]): string {
  return rows(
    ["flag", "does"],
    flags.map(({ syntax, help }) => [code(syntax), help]),
  );
}

function rows(heads: readonly string[], body: readonly (readonly string[])[]): string {
  // A bar would end the cell, even inside code.
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...body.map(line)].join("\n");
}

function fenced(lines: readonly (readonly string[])[]): string {
  const width = Math.max(...lines.map(([left]) => left?.length ?? 0));
  return ["```", ...lines.map(([left = "", right]) => `${left.padEnd(width)}  # ${right}`), "```"].join("\n");
}

const code = (text: string) => `\`${text}\``;
