import { program } from "../../core/self.ts";
import { shellWord } from "../../core/settings.ts";
import type { Ui } from "./model.ts";
import type { RunView } from "./run-view.ts";

const modeFlags = { publish: "", restamp: " --restamp", backfill: " --backfill", dry_run: " --dry-run" } as const;

/** The command that repeats a run without the screen. */
export function commandOfRun(
  { run, month, as_of, mode, outcome }: Pick<RunView, "run" | "month" | "as_of" | "mode" | "outcome">,
  { months, live, flags }: Pick<Ui, "months" | "live" | "flags">,
): string {
  if (mode === "adopt") return `${program} adopt --yes${flags}`;
  const isOwn = (months ?? []).some((entry) => entry.month === month && entry.own_stamp && entry.as_of === as_of);
  const asOf = isOwn ? ` --as-of ${as_of}` : "";
  // Without it, what is published as it lies there is not run again.
  const isPublished = outcome === "published" || outcome === "unchanged";
  const isForced = live?.current?.run === run && live.request.force;
  const force = isForced || isPublished || isSound(months, month) ? " --force" : "";
  return `${program} --month ${shellWord(month)}${asOf}${modeFlags[mode]}${force}${flags}`;
}

function isSound(months: Ui["months"], month: string): boolean {
  return (months ?? []).some((entry) => entry.month === month && entry.state === "ok");
}
