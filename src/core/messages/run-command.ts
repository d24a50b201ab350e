import { program } from "../self.ts";
import { shellWord } from "../settings.ts";
import type { RunRequest } from "./requests.ts";

/** How `--wait` is told how long, each with its seconds, the longest first. */
export const waitUnits = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

function asDuration(seconds: number): string {
  const [unit, each] = Object.entries(waitUnits).find(([, one]) => seconds % one === 0) ?? ["s", 1];
  return `${seconds / each}${unit}`;
}

/** The command line that asks for the same; `flags` name the folders and the database, as `settingFlags` has them. */
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
  const isOpen = request.wait !== undefined && "every" in selection;
  const wait = isOpen ? ` --wait ${asDuration(request.wait ?? 0)}` : "";
  return `${program} ${months}${asOf}${options}${wait}${flags}`;
}
