import type { RunRequest } from "../../core/requests.ts";
import type { Settings } from "../../core/settings.ts";
import type { RunView } from "./run-view.ts";

const plainWord = /^[\w./:=@%+,-]+$/;

/** A word as a POSIX shell takes it. */
function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The options that make a headless command mean the same folders and database; no password is ever written out. */
export function settingFlags(settings: Settings): string {
  const words: string[] = [];
  if (settings.data !== "data/seeds") words.push("--data", shellWord(settings.data));
  if (settings.home !== ".streamflow") words.push("--home", shellWord(settings.home));
  // The URL may hold a password; the variable it came from, or the option, is for the user to repeat.
  if (settings.database !== null) words.push("--database", '"$DATABASE_URL"');
  return words.length === 0 ? "" : ` ${words.join(" ")}`;
}

/** The command that repeats a run without the screen. */
export function commandOfRun(view: Pick<RunView, "month" | "mode">, flags: string): string {
  const mode = { publish: "", restamp: " --restamp", backfill: " --backfill", dry_run: " --dry-run", adopt: "" }[
    view.mode
  ];
  return `bun run console --month ${shellWord(view.month)}${mode}${flags}`;
}

export function commandOfRequest(request: RunRequest, flags: string): string {
  const { selection } = request;
  const months =
    "every" in selection
      ? `--${selection.every}`
      : selection.months.map((month) => `--month ${shellWord(month)}`).join(" ");
  const asOf = request.as_of === null ? "" : ` --as-of ${request.as_of}`;
  const options = (["dry_run", "restamp", "backfill", "force"] as const)
    .filter((name) => request[name])
    .map((name) => ` --${name.replace("_", "-")}`)
    .join("");
  return `bun run console ${months}${asOf}${options}${flags}`;
}
