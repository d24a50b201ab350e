import type { Invocation } from "./arguments.ts";
import type { Command } from "./command.ts";
import { type CommandName, commands } from "./commands.ts";
import { type Flag, globalFlags, type Values } from "./flags.ts";

/**
 * Read a command line that leaves nothing to be told: known flags, written in full, each value a word of its own, and the
 * words that the command wants. Null for any other, be it only unusual: that is for the parser, which takes longer to load
 * than all else that a command needs here, and which reads this one in the very same way.
 */
export function readPlain(argv: readonly string[]): Invocation | null {
  let name: CommandName = "";
  const words: string[] = [];
  const values: Values = {};
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word.startsWith("-")) {
      const flag = flagOf(name, word);
      if (flag === undefined) return null;
      const value = takesValue(flag) ? argv[++at] : true;
      if (value === undefined || !keep(values, flag, value)) return null;
    } else if (name !== "") words.push(word);
    // A run's flags in front of another command's name are a mistake, of which the parser tells.
    else if (isCommand(word) && onlyGlobal(values)) name = word;
    else return null;
  }
  const command: Command = commands[name];
  if (!isWhole(command, words, values)) return null;
  return { kind: "command", name: name === "" && onlyGlobal(values) ? null : name, words, values };
}

function isCommand(word: string): word is CommandName {
  return word !== "" && Object.hasOwn(commands, word);
}

function flagOf(name: CommandName, word: string): Flag | undefined {
  const known = [...(commands[name].flags ?? []), ...Object.values(globalFlags)];
  return known.find(({ syntax }) => syntax.split(" ")[0] === word);
}

function takesValue({ syntax }: Flag): boolean {
  return syntax.includes(" ");
}

/** `--dry-run <x>` → dryRun, `--no-color` → color: the name of a flag's value in the table of flags. */
function nameOf({ syntax }: Flag): string {
  const [long = ""] = syntax.replace(/^--(no-)?/, "").split(" ");
  return long.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Keep what was written behind a flag; false for what is no value, or may be none. */
function keep(values: Values, flag: Flag, value: string | true): boolean {
  const { syntax, repeatable, choices } = flag;
  if (value === "" || (value !== true && value.startsWith("-"))) return false;
  if (value !== true && choices !== undefined && !choices.includes(value)) return false;
  const name = nameOf(flag);
  const all = values as Record<string, unknown>;
  const before = all[name] as string[] | undefined;
  all[name] = repeatable ? [...(before ?? []), value] : value === true ? !syntax.startsWith("--no-") : value;
  return true;
}

function onlyGlobal(values: Values): boolean {
  return Object.keys(values).every((name) => name in globalFlags);
}

/** True when a command has the words and flags without which it is none. */
function isWhole({ parameters = [], flags = [] }: Command, words: readonly string[], values: Values): boolean {
  const needed = parameters.filter(({ optional }) => optional !== true);
  if (words.length < needed.length || words.length > parameters.length) return false;
  if (parameters.some(({ choices }, index) => choices !== undefined && !choices.includes(words[index] ?? "")))
    return false;
  return flags.every((flag) => flag.required !== true || nameOf(flag) in values);
}
