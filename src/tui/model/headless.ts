import type { RunRequest } from "../../core/messages/requests.ts";
import { program } from "../../core/self.ts";
import { shellWord } from "../../core/settings.ts";
import type { Ui } from "./model.ts";
import type { RunView } from "./run-view.ts";

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
