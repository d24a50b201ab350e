import { CommanderError, InvalidArgumentError, Option, Argument as ParsedWord, Command as Parser } from "commander";
import type { Command, Flag, Input, Parameter, Values } from "./command.ts";
import { globalFlags } from "./flags.ts";
import { examplesText, exitCodesText, foreignFlag, fromCommander, helpLine, program, unknownCommand } from "./usage.ts";

/** What the command line asks for. */
export type Invocation =
  | { kind: "text"; text: string }
  /** `command` is null when none is named and no flag makes a run. */
  | ({ kind: "command"; command: Command | null } & Input);

/** Read the words behind the program's name. Throws a usage error that says how to write it. */
export function parseArguments(argv: readonly string[], commands: readonly Command[], version: string): Invocation {
  const printed: string[] = [];
  let found: Invocation | null = null;
  const root = rootParser(version, (text) => printed.push(text));
  for (const command of commands) {
    const parser =
      command.name === "" ? root.allowExcessArguments() : root.command(command.name).allowExcessArguments(false);
    describe(parser, command);
    parser.action(() => {
      found = invocationOf(command, parser, root, commands);
    });
  }
  try {
    root.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const command = commands.find(({ name }) => name !== "" && argv.includes(name));
    // The parser asks for help on a command that it does not know, and says nothing of why.
    if (error.exitCode !== 0 && error.code === "commander.help") {
      throw unknownCommand(argv[argv.indexOf("help") + 1] ?? "", namesOf(commands));
    }
    if (error.exitCode !== 0) throw fromCommander(error, helpLine(command));
  }
  return found ?? { kind: "text", text: printed.join("") };
}

/** What it has to say goes to `print`, and what it complains of is thrown: it neither writes nor exits by itself. */
function rootParser(version: string, print: (text: string) => void): Parser {
  return new Parser(program)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {} })
    .description("Loads monthly drops of CSV files into PostgreSQL, proves them sound and seals them as snapshots.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print a command's help")
    .enablePositionalOptions();
}

function describe(parser: Parser, { name, summary, parameters, flags, examples }: Command): void {
  if (name !== "") parser.description(summary);
  for (const parameter of parameters) parser.addArgument(argumentOf(parameter));
  for (const flag of [...flags, ...globalFlags]) parser.addOption(optionOf(flag));
  parser.addHelpText("after", `\n${examplesText(examples)}${name === "" ? `\n${exitCodesText()}` : ""}`);
}

function argumentOf({ name, help, choices, optional }: Parameter): ParsedWord {
  const argument = new ParsedWord(optional ? `[${name}]` : `<${name}>`, help);
  return choices === undefined ? argument : argument.choices(choices);
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

function invocationOf(command: Command, parser: Parser, root: Parser, commands: readonly Command[]): Invocation {
  const before = given(root);
  if (command.name !== "") {
    // A run's flags in front of another command's name would be dropped in silence.
    const own = new Set([...command.flags, ...globalFlags].map(({ name }) => name));
    const foreign = commands.flatMap(({ flags }) => flags).find(({ name }) => name in before && !own.has(name));
    if (foreign !== undefined) throw foreignFlag(command, foreign);
    return { kind: "command", command, words: parser.args, values: { ...before, ...given(parser) } };
  }
  const [word] = root.args;
  if (word !== undefined) throw unknownCommand(word, namesOf(commands));
  const isRun = command.flags.some(({ name }) => name in before);
  return { kind: "command", command: isRun ? command : null, words: [], values: before };
}

function namesOf(commands: readonly Command[]): string[] {
  return commands.map(({ name }) => name);
}

/** The flags that were written, without those that only have a default. */
function given(parser: Parser): Values {
  const values = parser.opts<Values>();
  return Object.fromEntries(Object.entries(values).filter(([name]) => parser.getOptionValueSource(name) === "cli"));
}
