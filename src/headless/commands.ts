import type { Command } from "./command.ts";
import { flags, selectionFlags } from "./flags.ts";
import { ownCommands } from "./own-answers.ts";
import {
  dateIn,
  doctorRequest,
  exportRequest,
  initRequest,
  proposeRequest,
  reportRequest,
  runNumberIn,
  runRequest,
  selectionOf,
  snapshotsRequest,
  validateRequest,
} from "./requests.ts";

const serverActions = ["start", "stop", "status", "url"] as const;

const table = {
  "": {
    summary: "Run months, oldest first: load, validate, snapshot, publish. Without flags, open the terminal UI.",
    flags: [
      ...selectionFlags,
      flags.asOf,
      flags.dryRun,
      flags.restamp,
      flags.backfill,
      flags.force,
      flags.wait,
      flags.metrics,
      flags.verbose,
      flags.report,
    ],
    examples: {
      "": "open the terminal UI",
      "--month month_000": "run one month",
      "--month 0..3 --dry-run": "say what they would change",
      "--pending --quiet": "run what is new, from cron",
      "--month 2024-02 --json": "print a run's events",
    },
    request: ({ values }) => runRequest(values),
  },
  months: {
    summary: "List the months on disk and where each stands.",
    examples: { "months --data /srv/drops": "list the drops of another folder" },
    request: () => ({ kind: "months" }),
  },
  snapshots: {
    summary: "List the sealed snapshots, hold each seal against its rows, or profile those that are not yet.",
    flags: [flags.verify, flags.profile, flags.drop, flags.yes],
    examples: {
      snapshots: "list the seals",
      "snapshots --verify": "recompute them all",
      "snapshots --profile": "take the figures that `profile` prints, of older snapshots",
      "snapshots --drop 2023-01-31 --yes": "remove one date for good",
    },
    request: ({ values }) => snapshotsRequest(values),
  },
  runs: {
    summary: "List the runs in the ledger, newest first.",
    examples: { "runs --json": "the same as one JSON object" },
    request: () => ({ kind: "runs" }),
  },
  show: {
    summary: "Show all that the ledger keeps of one run: tables, expectations, faults, files, seals.",
    parameters: [{ name: "run", help: "the run's number, as `runs` lists it" }],
    examples: { "show 2": "what happened in run 2" },
    request: ({ words: [run] }) => ({ kind: "show", run: runNumberIn(run) }),
  },
  compare: {
    summary:
      "Show what changed from one snapshot to another: rows, cells, and how far each column's distribution moved.",
    parameters: [
      { name: "from", help: "as_of of the earlier snapshot" },
      { name: "to", help: "as_of of the later one" },
    ],
    examples: { "compare 2024-01-31 2024-02-29": "January against February" },
    request: ({ words: [from, to] }) => ({ kind: "compare", from: dateIn(from), to: dateIn(to) }),
  },
  profile: {
    summary:
      "Print what each column of a snapshot comes to: missing and different values, extremes, mean, quantiles, the most frequent values.",
    parameters: [{ name: "as_of", help: "as_of of the snapshot, as `snapshots` lists it" }],
    flags: [{ syntax: flags.table.syntax, help: "this table alone, live or snapshot" }, flags.column],
    examples: {
      "profile 2024-01-31": "each column of each table",
      "profile 2024-01-31 --column monthly_fee": "one column: quantiles, histogram, values",
    },
    request: ({ words: [as_of], values: { table = null, column = null } }) => ({
      kind: "profile",
      as_of: dateIn(as_of),
      run: null,
      table,
      column,
    }),
  },
  report: {
    summary:
      "Write a page of one run that anybody can open: what changed, each expectation, faults, drift, seals, files. Or a site of all months.",
    flags: [
      flags.run,
      { syntax: "--month <month>", help: "the run that this month stands by" },
      { syntax: "--all", help: "a site: an index, and a page of each month, table and run" },
      { syntax: "--out <path>", help: "the .html file to write, or the folder of the site" },
      flags.junit,
      flags.gx,
      flags.values,
    ],
    examples: {
      "report --out march.html --month 2024-03": "a page of one month, to be sent or kept",
      "report --all --out site": "a site for any static host; written again, only what changed",
      "report --run 7 --junit run.xml": "for what shows the tests of a build",
    },
    request: ({ values }) => reportRequest(values),
  },
  export: {
    summary:
      "Write a training set: the features as of one date with the labels of a later one, as CSV or Parquet. Or a Feast repository that gives the same, with --feast.",
    flags: [
      { ...flags.asOf, help: "the features' date" },
      flags.labelsFrom,
      flags.out,
      flags.feast,
      { ...flags.yes, help: "with --feast: write over files that are there" },
    ],
    examples: {
      "export --as-of 2024-01-31 --out january.parquet": "with the labels of February",
      "export --feast features": "for `feast apply` and get_historical_features",
    },
    request: ({ values }) => exportRequest(values),
  },
  validate: {
    summary:
      "Hold one expectation suite against one table; --json prints a Great Expectations validation result. Or write one, with --init.",
    flags: [
      flags.suite,
      flags.table,
      flags.parameter,
      flags.resultFormat,
      flags.init,
      { ...flags.yes, help: "with --init: write over a suite that is there" },
    ],
    examples: {
      "validate --suite db/expectations/users.json --table users": "exit code 1 on failure",
      "validate --init --table users --suite users.json": "propose a suite for a table",
    },
    request: ({ values }) => (values.init ? proposeRequest(values) : validateRequest(values)),
  },
  check: {
    summary: "Read drops strictly and name every fault, without loading anything.",
    flags: [
      ...selectionFlags,
      flags.suggest,
      { ...flags.yes, help: "with --suggest: write into the manifest what is proposed" },
    ],
    examples: {
      "check --month 1": "exit code 1 when the drop has faults",
      "check --month 1 --suggest": "how its files seem to be written, where they do not fit",
    },
    request: ({ values }) =>
      values.suggest
        ? { kind: "suggest", selection: selectionOf(values), confirmed: values.yes ?? false }
        : { kind: "check", selection: selectionOf(values) },
  },
  init: {
    summary:
      "Look at the files of one drop and write a dataset for them: SQL, manifest and suites, each line a proposal with its evidence. Without a folder, copy the shipped dataset.",
    parameters: [{ name: "dir", help: "folder of the drop, in whatever way its files are written", optional: true }],
    flags: [flags.to, { ...flags.yes, help: "write over a dataset that is there" }],
    examples: {
      "init drops/2024-01 --to shop": "propose a dataset in the folder shop",
      init: "copy the shipped dataset to db",
    },
    request: ({ words: [folder], values }) => initRequest(folder, values),
  },
  adopt: {
    summary: "Look at snapshots that another flow took, or seal them as they are, with --yes.",
    flags: [{ ...flags.yes, help: "seal them; without it they are only looked at" }],
    examples: {
      adopt: "what is there, and how it compares with the drops",
      "adopt --yes": "take it over: the next month runs as usual then",
    },
    request: ({ values }) => ({ kind: "adopt", confirmed: values.yes ?? false }),
  },
  db: {
    summary: "Start or stop the embedded server, or say how to reach it.",
    parameters: [{ name: "action", help: "what to do", choices: serverActions }],
    examples: {
      "db start": "keep the embedded server running until `db stop`",
      "db url": "print a libpq URL that psql takes",
    },
    request: ({ words: [word] }) => ({
      kind: "db",
      action: serverActions.find((action) => action === word) ?? "status",
    }),
  },
  doctor: {
    summary: "Check everything that a run needs and say how to mend what is missing.",
    flags: [
      flags.checkData,
      flags.notify,
      flags.partitionSnapshots,
      flags.distribute,
      flags.shards,
      flags.grants,
      flags.yes,
    ],
    examples: {
      doctor: "exit code 3 when something is missing",
      "doctor --check-data": "read every page of the database, too",
      "doctor --partition-snapshots --yes": "adopt the snapshot tables of an older system",
      "doctor --distribute": "what it would do to spread the tables over a cluster; with --yes it does it",
      "doctor --grants": "SQL for psql: who owns the tables, who loads months, who reads",
    },
    request: ({ values }) => doctorRequest(values),
  },
  ...ownCommands,
} satisfies Record<string, Command>;

/** The word that calls a command; empty for a run, which needs none. */
export type CommandName = keyof typeof table;

/** Everything the command line can do. Help, the README's reference and the parser are made of this table. */
export const commands: Readonly<Record<CommandName, Command>> = table;

/** Lines to choose from where one is typed on the screens: each command, its examples, which can be edited, and help on it. */
export function linesToType(): { line: string; help: string }[] {
  const ofScreens = Object.entries(commands).filter(([name]) => !(name in ownCommands));
  const lines = ofScreens.flatMap(([name, { summary, examples }]) => {
    const shown = Object.entries(examples).filter(([line]) => line !== name && !/--(json|quiet|data)\b/.test(line));
    return [...(name === "" ? [] : [{ line: name, help: summary }]), ...shown.map(([line, help]) => ({ line, help }))];
  });
  const named = ofScreens.filter(([name]) => name !== "");
  return [...lines, ...named.map(([name]) => ({ line: `help ${name}`, help: "what it does, and what it takes" }))];
}
