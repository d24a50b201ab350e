import { readdirSync } from "node:fs";
import type { Settings } from "../core/settings.ts";
import type { Command } from "./command.ts";
import { type CommandName, commands } from "./commands.ts";
import { type Flag, globalFlags } from "./flags.ts";
import type { CompletionKind } from "./own-answers.ts";

/** Under this name the console is on the PATH. */
const program = "streamflow-console";

/** Nothing is asked of a database: a shell waits for it at each press of Tab. */
export function completion(of: CompletionKind, { data }: Settings): string {
  if (of === "months") return monthsIn(data);
  return of === "fish" ? fish() : of === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${bash()}` : bash();
}

function monthsIn(folder: string): string {
  try {
    const names = readdirSync(folder).filter((name) => /^month_\d{3,}$/.test(name));
    return names
      .sort()
      .map((name) => `${name}\n`)
      .join("");
  } catch {
    return "";
  }
}

const named = Object.entries(commands) as [CommandName, Command][];
const globals: readonly Flag[] = Object.values(globalFlags);
const longOf = ({ syntax }: Flag) => syntax.split(" ")[0] ?? "";
const takesValue = ({ syntax }: Flag) => syntax.includes(" ");

function wordsAfter(name: CommandName): string[] {
  const { flags = [], parameters = [] } = commands[name];
  const own = name === "" ? named.flatMap(([other]) => (other === "" ? [] : [other])) : [];
  return [...own, ...parameters.flatMap(({ choices = [] }) => choices), ...[...flags, ...globals].map(longOf)];
}

/** Flags whose value is a path, by what their syntax calls it. */
function flagsOfPaths(kind: "dir" | "file"): string {
  const all = [...named.flatMap(([, { flags = [] }]) => flags), ...globals];
  return [...new Set(all.filter(({ syntax }) => syntax.endsWith(`<${kind}>`)).map(longOf))].join("|");
}

function bash(): string {
  const cases = named.map(([name]) => `    ${name === "" ? '""' : name}) words="${wordsAfter(name).join(" ")}" ;;`);
  const names = named.flatMap(([name]) => (name === "" ? [] : [name])).join("|");
  return [
    "_streamflow_console() {",
    `  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" name="" word words=""`,
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    `    case "$word" in ${names}) name="$word" ;; esac`,
    "  done",
    '  case "$prev" in',
    `    --month) COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" completion months 2>/dev/null)" -- "$cur")); return ;;`,
    `    ${flagsOfPaths("dir")}) COMPREPLY=($(compgen -d -- "$cur")); return ;;`,
    `    ${flagsOfPaths("file")}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`,
    "  esac",
    '  case "$name" in',
    ...cases,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    "}",
    `complete -F _streamflow_console ${program}`,
    "",
  ].join("\n");
}

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fish(): string {
  const line = (...words: string[]) => ["complete", "-c", program, ...words].join(" ");
  const flagLine = (flag: Flag, when: string[]) => {
    const value =
      longOf(flag) === "--month"
        ? ["-x", "-a", quoted(`(${program} completion months)`)]
        : takesValue(flag)
          ? ["-r"]
          : [];
    return line(...when, "-l", longOf(flag).slice(2), ...value, "-d", quoted(flag.help));
  };
  const lines = named.flatMap(([name, { summary, flags = [], parameters = [] }]) => {
    const when = name === "" ? ["-n", "__fish_use_subcommand"] : ["-n", quoted(`__fish_seen_subcommand_from ${name}`)];
    const own = name === "" ? [] : [line("-f", "-n", "__fish_use_subcommand", "-a", name, "-d", quoted(summary))];
    const choices = parameters.flatMap(({ choices: words = [], help }) =>
      words.map((word) => line("-f", ...when, "-a", word, "-d", quoted(help))),
    );
    return [...own, ...choices, ...flags.map((flag) => flagLine(flag, when))];
  });
  return [...lines, ...globals.map((flag) => flagLine(flag, [])), ""].join("\n");
}
