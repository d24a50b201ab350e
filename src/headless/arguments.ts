import { CommanderError, InvalidArgumentError, Option, Argument as ParsedWord, Command as Parser } from "commander";
import { program } from "../core/self.ts";
import type { Command, Input } from "./command.ts";
import { type CommandName, commands } from "./commands.ts";
import { type Flag, globalFlags, type Values } from "./flags.ts";
import { foreignFlag, fromCommander, helpEnd, unknownCommand } from "./usage.ts";

/** What the command line asks for. */
export type Invocation =
  | { kind: "text"; text: string }
  /** `name` is null when no command is named and no flag makes a run. */
  | ({ kind: "command"; name: CommandName | null } & Input);

/** Read the words behind the program's name; help is for so many columns. Throws a usage error that says how to write it. */
export function parseArguments(argv: readonly string[], version: string, columns?: number): Invocation {
  const printed: string[] = [];
  let found: Invocation | null = null;
  const root = rootParser(version, columns, (text) => printed.push(text));
  for (const [name, command] of Object.entries(commands) as [CommandName, Command][]) {
    const parser = name === "" ? root.allowExcessArguments() : root.command(name).allowExcessArguments(false);
    describe(parser, name, command);
    parser.action(() => {
      found = name === "" ? runOrNone(root) : invocationOf(name, parser, root);
    });
  }
  try {
    root.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // The parser asks for help on a command that it does not know, and says nothing of why.
    if (error.exitCode !== 0 && error.code === "commander.help") {
      throw unknownCommand(argv[argv.indexOf("help") + 1] ?? "");
    }
    const named = Object.keys(commands).find((name) => name !== "" && argv.includes(name));
    if (error.exitCode !== 0) throw fromCommander(error, named);
  }
  return found ?? { kind: "text", text: printed.join("") };
}

/** What it has to say goes to `print`, and what it complains of is thrown: it neither writes nor exits by itself. */
function rootParser(version: string, columns: number | undefined, print: (text: string) => void): Parser {
  return new Parser(program)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {}, ...(columns && { getOutHelpWidth: () => columns }) })
    .description("Loads monthly drops of CSV files into PostgreSQL, proves them sound and seals them as snapshots.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print a command's help")
    .enablePositionalOptions();
}

function describe(parser: Parser, name: CommandName, { summary, parameters, flags, examples }: Command): void {
  if (name !== "") parser.description(summary);
  for (const { name: word, help, choices, optional } of parameters ?? []) {
    const argument = new ParsedWord(optional ? `[${word}]` : `<${word}>`, help);
    parser.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  for (const flag of [...(flags ?? []), ...Object.values(globalFlags)]) parser.addOption(optionOf(flag));
  parser.addHelpText("after", helpEnd(name, examples));
}

function optionOf({ syntax, help, repeatable, required, choices }: Flag): Option {
  const option = new Option(syntax, help).makeOptionMandatory(required === true);
  if (choices !== undefined) return option.choices(choices);
  if (!option.required) return option;
  return repeatable
    ? option.argParser((value, before: string[] | undefined) => [...(before ?? []), aValue(value)])
    : option.argParser(aValue);
}

/** What stands behind a flag: the parser takes the next word, whatever it is. */
function aValue(word: string): string {
  if (word === "") throw new InvalidArgumentError("It is empty.");
  if (/^--[a-z]/.test(word)) throw new InvalidArgumentError("That is a flag: the value is missing.");
  return word;
}

function runOrNone(root: Parser): Invocation {
  const [word] = root.args;
  if (word !== undefined) throw unknownCommand(word);
  const values = given(root);
  const isRun = Object.keys(values).some((name) => !(name in globalFlags));
  return { kind: "command", name: isRun ? "" : null, words: [], values };
}

function invocationOf(name: CommandName, parser: Parser, root: Parser): Invocation {
  const before = given(root);
  // A run's flags in front of another command's name would be dropped in silence.
  const own = new Set(parser.options.map((option) => option.attributeName()));
  const foreign = root.options.find((option) => {
    const flag = option.attributeName();
    return flag in before && !own.has(flag);
  });
  if (foreign !== undefined) throw foreignFlag(name, foreign.long ?? "");
  return { kind: "command", name, words: parser.args, values: { ...before, ...given(parser) } };
}

/** The flags that were written, without those that only have a default. */
function given(parser: Parser): Values {
  const values = parser.opts<Values>();
  return Object.fromEntries(Object.entries(values).filter(([name]) => parser.getOptionValueSource(name) === "cli"));
}
