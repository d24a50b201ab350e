import type { Flag } from "./command.ts";

/** Understood by every command, before or after its name. */
export const globalFlags: readonly Flag[] = [
  {
    name: "data",
    syntax: "--data <dir>",
    help: "folder of the drops (default: $STREAMFLOW_DATA, else data/seeds)",
  },
  {
    name: "database",
    syntax: "--database <url>",
    help: "libpq URL, or `embedded` (default: $DATABASE_URL, else $POSTGRES_HOST and its kin, else the embedded server)",
  },
  {
    name: "home",
    syntax: "--home <dir>",
    help: "folder of the embedded server and the reject files (default: $STREAMFLOW_HOME, else .streamflow)",
  },
  { name: "json", syntax: "--json", help: "print JSON: one object, or a run's events, one a line" },
  { name: "quiet", syntax: "--quiet", help: "print errors only; the exit code tells the rest" },
  { name: "color", syntax: "--no-color", help: "print without colours, as $NO_COLOR does" },
];

/** Which months. */
export const selectionFlags: readonly Flag[] = [
  {
    name: "month",
    syntax: "--month <month>",
    help: "this month: month_003, 3 or 2024-04, or a range such as 0..3; may be repeated",
    repeatable: true,
  },
  { name: "all", syntax: "--all", help: "every month there is, oldest first" },
  { name: "pending", syntax: "--pending", help: "the months that are newer than the last published one" },
];

/** What makes a run, and how it goes. */
export const runFlags: readonly Flag[] = [
  ...selectionFlags,
  { name: "asOf", syntax: "--as-of <date>", help: "stamp another day than the month's last; with exactly one month" },
  { name: "dryRun", syntax: "--dry-run", help: "do the whole run, print what would change, then roll it back" },
  { name: "restamp", syntax: "--restamp", help: "replace a sealed snapshot that a corrected drop would change" },
  {
    name: "backfill",
    syntax: "--backfill",
    help: "build an older month's snapshot from its own drop; live tables stay as they are",
  },
  { name: "force", syntax: "--force", help: "run even if these very files were published before" },
];

export const checkData: Flag = {
  name: "checkData",
  syntax: "--check-data",
  help: "read every page of the database as well, and tell which are damaged",
};
export const partitionSnapshots: Flag = {
  name: "partitionSnapshots",
  syntax: "--partition-snapshots",
  help: "give snapshot tables that came without partitions one for each as_of; wants --yes",
};
