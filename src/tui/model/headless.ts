import type { RunRequest } from "../../core/messages/requests.ts";
import { program } from "../../core/self.ts";
import { type Environment, embedded, resolveSettings, type Settings } from "../../core/settings.ts";
import type { Ui } from "./model.ts";
import type { RunView } from "./run-view.ts";

const plainWord = /^[\w./:=@%+,-]+$/;

/** A word as a POSIX shell takes it. */
function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The options that a headless command needs to mean the same folders and database in this environment. */
export function settingFlags(settings: Settings, env: Environment): string {
  const usual = settingsOf(env);
  const words: string[] = [];
  if (settings.data !== usual?.data) words.push("--data", shellWord(settings.data));
  if (settings.home !== usual?.home) words.push("--home", shellWord(settings.home));
  // A URL may hold a password, which is never written out: whoever gave it by the option has to repeat it.
  if (settings.database !== usual?.database) words.push("--database", settings.database === null ? embedded : "URL");
  return words.length === 0 ? "" : ` ${words.join(" ")}`;
}

/** What is meant when no option says anything; null when the environment names a database by half. */
function settingsOf(env: Environment): Settings | null {
  try {
    return resolveSettings({}, env);
  } catch {
    return null;
  }
}

const modeFlags = { publish: "", restamp: " --restamp", backfill: " --backfill", dry_run: " --dry-run" } as const;

/** The command that repeats a run without the screen. */
export function commandOfRun(
  { month, as_of, mode }: Pick<RunView, "month" | "as_of" | "mode">,
  { months, flags }: Pick<Ui, "months" | "flags">,
): string {
  if (mode === "adopt") return `${program} adopt --yes${flags}`;
  const isOwn = (months ?? []).some((entry) => entry.month === month && entry.own_stamp && entry.as_of === as_of);
  const asOf = isOwn ? ` --as-of ${as_of}` : "";
  return `${program} --month ${shellWord(month)}${asOf}${modeFlags[mode]}${flags}`;
}

/** The command that holds a suite against its table. */
export function commandOfSuite(path: string, table: string, flags: string): string {
  return `${program} validate --suite ${shellWord(path)} --table ${shellWord(table)}${flags}`;
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
  return `${program} ${months}${asOf}${options}${flags}`;
}
