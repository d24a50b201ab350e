import { resultFormats } from "../core/messages/requests.ts";

/** An option as data: help, the reference in the README and the parser are all made of it. */
export interface Flag {
  /** As written: `--month <month>`. */
  syntax: string;
  help: string;
  repeatable?: true;
  /** The command cannot do without it. */
  required?: true;
  choices?: readonly string[];
}

/** A word that follows the command's name. */
export interface Parameter {
  name: string;
  help: string;
  choices?: readonly string[];
  /** The command can do without it. */
  optional?: true;
}

/** Understood by every command, before or after its name. */
export const globalFlags = {
  data: {
    syntax: "--data <dir>",
    help: "folder of the drops, or s3://bucket/prefix (default: $STREAMFLOW_DATA, else data/seeds)",
  },
  database: {
    syntax: "--database <url>",
    help: "libpq URL, or `embedded` (default: $DATABASE_URL, else $POSTGRES_HOST and its kin, else the embedded server)",
  },
  home: {
    syntax: "--home <dir>",
    help: "folder of the embedded server and the reject files (default: $STREAMFLOW_HOME, else .streamflow)",
  },
  dataset: {
    syntax: "--dataset <dir>",
    help: "folder of dataset.json, init/ and expectations/ (default: $STREAMFLOW_DATASET, else db)",
  },
  json: { syntax: "--json", help: "print JSON: one object, or a run's events, one a line" },
  quiet: {
    syntax: "--quiet",
    help: "print errors only, those of notifications, lineage, metrics and reports, too; the exit code tells the rest",
  },
  color: { syntax: "--no-color", help: "print without colours, as $NO_COLOR does" },
} as const satisfies Record<string, Flag>;

/** Every flag there is, under the name that the command-line library gives its value. */
export const flags = {
  ...globalFlags,
  month: {
    syntax: "--month <month>",
    help: "this month: month_003, 3 or 2024-04, or a range such as 0..3; may be repeated",
    repeatable: true,
  },
  all: { syntax: "--all", help: "every month there is, oldest first" },
  pending: { syntax: "--pending", help: "the months that are newer than the last published one" },
  asOf: { syntax: "--as-of <date>", help: "stamp another day than the month's last; with exactly one month" },
  dryRun: { syntax: "--dry-run", help: "do the whole run, print what would change, then roll it back" },
  restamp: { syntax: "--restamp", help: "replace a sealed snapshot that a corrected drop would change" },
  backfill: {
    syntax: "--backfill",
    help: "build an older month's snapshot from its own drop; live tables stay as they are",
  },
  verbose: {
    syntax: "--verbose",
    help: "without live bars: a line for each table of each stage, and of several months each one's table",
  },
  wait: {
    syntax: "--wait <duration>",
    help: "with --pending: wait so long for the next drop to be there, all of it, such as 2h or 90m; exit code 4 when it did not come",
  },
  metrics: {
    syntax: "--metrics <file>",
    help: "write Prometheus metrics there when it is over, for the node exporter's textfile collector",
  },
  notify: { syntax: "--notify", help: "send a word to whoever is told of runs, and tell whether it was taken" },
  force: { syntax: "--force", help: "run even if these very files were published before" },
  verify: {
    syntax: "--verify",
    help: "recompute every seal from the rows that are there now; exit code 1 when one differs",
  },
  drop: { syntax: "--drop <date>", help: "remove the snapshots of this date for good, and record it; wants --yes" },
  profile: { syntax: "--profile", help: "take the figures of each column of the snapshots that have none yet" },
  column: { syntax: "--column <column>", help: "this column alone, with its histogram and most frequent values" },
  yes: { syntax: "--yes", help: "do what cannot be undone" },
  labelsFrom: { syntax: "--labels-from <date>", help: "the labels' date (default: the next there is)" },
  run: { syntax: "--run <number>", help: "this run (default: the last)" },
  report: {
    syntax: "--report <path>",
    help: "write a page of the run, whatever comes of it: into that .html file, of several months the last one's, or each into that folder",
  },
  junit: { syntax: "--junit <file>", help: "write the run's expectations and faults as JUnit XML" },
  gx: {
    syntax: "--gx <dir>",
    help: "write its suites and results where a Great Expectations project in that folder has its stores",
  },
  values: {
    syntax: "--no-values",
    help: "leave keys and values of the data out; counts, lines and charts stay (default: as the manifest's report.values has it)",
  },
  out: { syntax: "--out <file>", help: "the file to write, .csv or .parquet" },
  feast: {
    syntax: "--feast <dir>",
    help: "write a Feast repository into this folder, whose views give what an export would, whatever the date",
  },
  to: { syntax: "--to <dir>", help: "folder of the dataset that is written (default: the drop's name; of a copy, db)" },
  suite: { syntax: "--suite <file>", help: "the expectation suite, a JSON file" },
  suggest: {
    syntax: "--suggest",
    help: "propose the section `written` of the manifest with which the drop's files are read, with the evidence",
  },
  init: {
    syntax: "--init",
    help: "write the suite from the table as it is, each expectation marked as proposed (default file: the table's own)",
  },
  table: { syntax: "--table <table>", help: "the table, or schema.table", required: true },
  parameter: {
    syntax: "--parameter <name=value>",
    help: "value of a $PARAMETER in the suite; may be repeated",
    repeatable: true,
  },
  resultFormat: {
    syntax: "--result-format <format>",
    help: "how much each result tells (default: SUMMARY)",
    choices: resultFormats,
  },
  checkData: {
    syntax: "--check-data",
    help: "read every page of the database as well, and tell which are damaged",
  },
  partitionSnapshots: {
    syntax: "--partition-snapshots",
    help: "give snapshot tables that came without partitions one for each as_of; wants --yes",
  },
  distribute: {
    syntax: "--distribute",
    help: "say how the tables would be spread over the nodes of a Citus cluster; with --yes, do it",
  },
  shards: {
    syntax: "--shards <count>",
    help: "with --distribute: into how many parts each table is divided (default: two for each processor of the nodes)",
  },
  grants: { syntax: "--grants", help: "print the SQL, for psql, that makes an owner, a loader and a viewer" },
} as const satisfies Record<string, Flag>;

/** Which months. */
export const selectionFlags: readonly Flag[] = [flags.month, flags.all, flags.pending];

type ValueOf<One extends Flag> = One extends { repeatable: true }
  ? string[]
  : One extends { syntax: `${string} <${string}` }
    ? string
    : boolean;

/** What was written of the flags; `color` is false after `--no-color`. */
export type Values = { -readonly [Name in keyof typeof flags]?: ValueOf<(typeof flags)[Name]> };
