import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileOfRuns, runsIn } from "../core/home/known-runs.ts";
import type { Settings } from "../core/settings.ts";
import type { Command } from "./command.ts";
import { type CommandName, commands } from "./commands.ts";
import { type Flag, globalFlags } from "./flags.ts";
import type { CompletionKind } from "./own-answers.ts";

/** Under this name the console is on the PATH. */
const program = "streamflow-console";

/** Nothing is asked of a database: a shell waits for it at each press of Tab. */
export function completion(of: CompletionKind, settings: Settings): string {
  if (of === "months") return monthsIn(settings.data);
  if (of === "runs") return runsKnownIn(settings);
  return of === "fish" ? fish() : of === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${bash()}` : bash();
}

function monthsIn(folder: string): string {
  try {
    const names = readdirSync(folder).filter((name) => /^(month_\d{3,}|\d{4}-\d{2})$/.test(name));
    return names
      .sort()
      .map((name) => `${name}\n`)
      .join("");
  } catch {
    return "";
  }
}

/** Those that the home knows of, the newest first, each with what it came to. */
function runsKnownIn(settings: Settings): string {
  try {
    const text = readFileSync(join(settings.home, fileOfRuns), "utf8");
    return runsIn(text, settings)
      .map(({ run, about }) => `${run}\t${about}\n`)
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

/** Names with blanks in one piece, and folders with their slash. */
function pathsBy(option: "-d" | "-f"): string {
  return `compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen ${option} -- "$cur")); return`;
}

/** Flags that say whose months and runs are meant. */
const placeFlags = [globalFlags.data, globalFlags.home, globalFlags.database, globalFlags.dataset]
  .map(longOf)
  .join("|");

function bash(): string {
  const cases = named.map(([name]) => `    ${name === "" ? '""' : name}) words="${wordsAfter(name).join(" ")}" ;;`);
  const names = named.flatMap(([name]) => (name === "" ? [] : [name])).join("|");
  return [
    "_streamflow_console() {",
    `  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" name="" word words="" at next places=()`,
    // Bash has a flag's = as a word of its own.
    `  if [[ "$cur" == "=" ]]; then cur=""; elif [[ "$prev" == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi`,
    `  for ((at = 1; at < COMP_CWORD; at++)); do`,
    `    word="\${COMP_WORDS[at]}"`,
    `    case "$word" in ${names}) name="$word" ;; esac`,
    // What says whose months and runs are meant; the word after it may be unfinished yet.
    `    next=$((at + 1)); [[ "\${COMP_WORDS[next]}" == "=" ]] && ((next++))`,
    `    case "$word" in ${placeFlags}) ((next < COMP_CWORD)) && places+=("$word" "\${COMP_WORDS[next]}") ;; esac`,
    "  done",
    '  case "$prev" in',
    `    --month) COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" completion months "\${places[@]}" 2>/dev/null)" -- "$cur")); return ;;`,
    `    --run|show) if [[ "$cur" != -* ]]; then COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" completion runs "\${places[@]}" 2>/dev/null | cut -f1)" -- "$cur")); return; fi ;;`,
    `    ${flagsOfPaths("dir")}) ${pathsBy("-d")} ;;`,
    `    ${flagsOfPaths("file")}) ${pathsBy("-f")} ;;`,
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
    const known = { "--month": "months", "--run": "runs" }[longOf(flag)];
    const value =
      known === undefined ? (takesValue(flag) ? ["-r"] : []) : ["-x", "-a", quoted(`(${program} completion ${known})`)];
    return line(...when, "-l", longOf(flag).slice(2), ...value, "-d", quoted(flag.help));
  };
  const lines = named.flatMap(([name, { summary, flags = [], parameters = [] }]) => {
    const when = name === "" ? ["-n", "__fish_use_subcommand"] : ["-n", quoted(`__fish_seen_subcommand_from ${name}`)];
    const own = name === "" ? [] : [line("-f", "-n", "__fish_use_subcommand", "-a", name, "-d", quoted(summary))];
    const choices = parameters.flatMap(({ choices: words = [], help }) =>
      words.map((word) => line("-f", ...when, "-a", word, "-d", quoted(help))),
    );
    const runs = name === "show" ? [line("-f", ...when, "-a", quoted(`(${program} completion runs)`))] : [];
    return [...own, ...choices, ...runs, ...flags.map((flag) => flagLine(flag, when))];
  });
  return [...lines, ...globals.map((flag) => flagLine(flag, [])), ""].join("\n");
}
