import type { Command } from "./command.ts";
import { type CommandName, commands } from "./commands.ts";
import { type Flag, globalFlags } from "./flags.ts";
import { exits } from "./usage.ts";

const name = "streamflow-console";
const safe = (text: string) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
const flagText = ({ syntax, help }: Flag) => `.TP\n.B ${safe(syntax)}\n${safe(help)}\n`;

/** The man page, of the same table that `--help` prints. */
export function manual(): string {
  const named = Object.entries(commands) as [CommandName, Command][];
  return [
    `.TH ${name.toUpperCase()} 1\n.SH NAME\n${name} \\- ${safe("load monthly CSV drops into PostgreSQL, prove them sound, and seal them as snapshots")}\n`,
    `.SH SYNOPSIS\n.B ${name}\n[\\fIcommand\\fR] [\\fIflags\\fR]\n`,
    ".SH COMMANDS\n",
    ...named.map(commandText),
    `.SH FLAGS OF EVERY COMMAND\n${Object.values(globalFlags).map(flagText).join("")}`,
    `.SH EXIT STATUS\n${exits.map(({ code, meaning }) => `.TP\n.B ${code}\n${safe(meaning)}\n`).join("")}`,
  ].join("");
}

function commandText([word, { summary, flags = [], parameters = [], examples }]: [CommandName, Command]): string {
  const called = [name, word, ...parameters.map(({ name: parameter }) => `<${parameter}>`)].filter(Boolean).join(" ");
  const lines = Object.entries(examples).map(
    ([line, does]) => `.TP\n.B ${safe(`${name} ${line}`.trim())}\n${safe(does)}\n`,
  );
  return `.SS ${safe(called)}\n${safe(summary)}\n${flags.map(flagText).join("")}.PP\nExamples:\n${lines.join("")}`;
}
