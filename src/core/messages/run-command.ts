import { program } from "../self.ts";
import { shellWord } from "../settings.ts";
import type { RunRequest } from "./requests.ts";

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
  return `${program} ${months}${asOf}${options}${flags}`;
}
