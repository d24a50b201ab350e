import type { Replies, RequestKind, RequestOf } from "../core/messages/requests.ts";
import { isDate } from "../core/month.ts";
import { ask, confirm, yes } from "./ask.ts";
import type { Command, Flag, Input, Values } from "./command.ts";
import { checkData, partitionSnapshots, runFlags, selectionFlags } from "./flags.ts";
import { runRequest, selectionOf, validateFlags, validateRequest } from "./requests.ts";
import { helpLine, usageError } from "./usage.ts";
import type { View } from "./views/table.ts";

const verify: Flag = {
  name: "verify",
  syntax: "--verify",
  help: "recompute every seal from the rows that are there now; exit code 1 when one differs",
};

const drop: Flag = {
  name: "drop",
  syntax: "--drop <date>",
  help: "remove the snapshots of this date for good, and record it; wants --yes",
};

/** The date to drop, once the user has said that it is meant. */
function confirmedDate(values: Values): string {
  const asOf = stamp(values.drop ?? "");
  confirm(values, `The snapshots of ${asOf} would be gone for good.`);
  return asOf;
}

/**
 * Everything the command line can do. Help, the README's reference and the parser are made of this table; what a
 * command needs beyond it is loaded when it is called.
 */
export const commands: readonly Command[] = [
  {
    name: "",
    summary: "Run months, oldest first: load, validate, snapshot, publish. Without flags, open the terminal UI.",
    parameters: [],
    flags: runFlags,
    examples: [
      { line: "", does: "open the terminal UI" },
      { line: "--month month_000", does: "run one month" },
      { line: "--month 0..3 --dry-run", does: "say what they would change" },
      { line: "--pending --quiet", does: "run what is new, from cron" },
      { line: "--month 2024-02 --json", does: "print a run's events" },
    ],
    async perform({ values }, context) {
      const request = runRequest(values);
      const pipeline = context.start();
      const { performRun } = await import("./run.ts");
      return performRun(request, pipeline, context);
    },
  },
  listing({
    name: "months",
    summary: "List the months on disk and where each stands.",
    examples: [{ line: "months --data /srv/drops", does: "list the drops of another folder" }],
    request: () => ({ kind: "months" }),
    view: async () => (await import("./views/months.ts")).monthsView,
  }),
  {
    name: "snapshots",
    summary: "List the sealed snapshots, or hold each seal against its rows.",
    parameters: [],
    flags: [verify, drop, yes],
    examples: [
      { line: "snapshots", does: "list the seals" },
      { line: "snapshots --verify", does: "recompute them all" },
      { line: "snapshots --drop 2023-01-31 --yes", does: "remove one date for good" },
    ],
    perform: async ({ values }, context) => {
      if (values.drop !== undefined) {
        if (values.verify) throw usageError("--verify and --drop do not go together.", "Verify first, then drop.");
        return ask<"retire">(
          context,
          { kind: "retire", as_of: confirmedDate(values) },
          async () => (await import("./views/snapshots.ts")).retirementView,
        );
      }
      return values.verify
        ? ask<"verify">(
            context,
            { kind: "verify", as_of: null },
            async () => (await import("./views/snapshots.ts")).sealsView,
          )
        : ask<"snapshots">(
            context,
            { kind: "snapshots" },
            async () => (await import("./views/snapshots.ts")).snapshotsView,
          );
    },
  },
  listing({
    name: "runs",
    summary: "List the runs in the ledger, newest first.",
    examples: [{ line: "runs --json", does: "the same as one JSON object" }],
    request: () => ({ kind: "runs" }),
    view: async () => (await import("./views/runs.ts")).runsView,
  }),
  listing({
    name: "show",
    summary: "Show all that the ledger keeps of one run: tables, expectations, faults, files, seals.",
    parameters: [{ name: "run", help: "the run's number, as `runs` lists it" }],
    examples: [{ line: "show 2", does: "what happened in run 2" }],
    request: ({ words }) => ({ kind: "show", run: runNumber(words[0] ?? "") }),
    view: async () => (await import("./views/show.ts")).showView,
  }),
  listing({
    name: "compare",
    summary:
      "Show what changed from one snapshot to another: rows, cells, and how far each column's distribution moved.",
    parameters: [
      { name: "from", help: "as_of of the earlier snapshot" },
      { name: "to", help: "as_of of the later one" },
    ],
    examples: [{ line: "compare 2024-01-31 2024-02-29", does: "January against February" }],
    request: ({ words }) => ({ kind: "compare", from: stamp(words[0] ?? ""), to: stamp(words[1] ?? "") }),
    view: async () => (await import("./views/compare.ts")).compareView,
  }),
  listing({
    name: "export",
    summary: "Write a training set: the features as of one date with the labels of a later one, as CSV or Parquet.",
    flags: [
      { name: "asOf", syntax: "--as-of <date>", help: "the features' date", required: true },
      { name: "labelsFrom", syntax: "--labels-from <date>", help: "the labels' date (default: the next there is)" },
      { name: "out", syntax: "--out <file>", help: "the file to write, .csv or .parquet", required: true },
    ],
    examples: [{ line: "export --as-of 2024-01-31 --out january.parquet", does: "with the labels of February" }],
    request: ({ values: { asOf, labelsFrom, out } }) => ({
      kind: "export",
      as_of: stamp(asOf ?? ""),
      labels_from: labelsFrom === undefined ? null : stamp(labelsFrom),
      out: out ?? "",
    }),
    view: async () => (await import("./views/snapshots.ts")).exportView,
  }),
  listing({
    name: "validate",
    summary: "Hold one expectation suite against one table; --json prints a Great Expectations validation result.",
    flags: validateFlags,
    examples: [{ line: "validate --suite db/expectations/users.json --table users", does: "exit code 1 on failure" }],
    request: ({ values }) => validateRequest(values),
    view: async () => (await import("./views/validation.ts")).validationView,
  }),
  listing({
    name: "check",
    summary: "Read drops strictly and name every fault, without loading anything.",
    flags: selectionFlags,
    examples: [{ line: "check --month 1", does: "exit code 1 when the drop has faults" }],
    request: ({ values }) => ({ kind: "check", selection: selectionOf(values) }),
    view: async () => (await import("./views/check.ts")).checkView,
  }),
  {
    name: "adopt",
    summary: "Look at snapshots that another flow took, or seal them as they are, with --yes.",
    parameters: [],
    flags: [{ ...yes, help: "seal them; without it they are only looked at" }],
    examples: [
      { line: "adopt", does: "what is there, and how it compares with the drops" },
      { line: "adopt --yes", does: "take it over: the next month runs as usual then" },
    ],
    perform: async ({ values }, context) =>
      ask<"adopt">(
        context,
        { kind: "adopt", confirmed: values.yes ?? false },
        async () => (await import("./views/adoption.ts")).adoptionView,
      ),
  },
  listing({
    name: "db",
    summary: "Start or stop the embedded server, or say how to reach it.",
    parameters: [{ name: "action", help: "what to do", choices: ["start", "stop", "status", "url"] }],
    examples: [
      { line: "db start", does: "keep the embedded server running until `db stop`" },
      { line: "db url", does: "print a libpq URL that psql takes" },
    ],
    request: ({ words }) => ({ kind: "db", action: serverAction(words[0]) }),
    view: async ({ words }) => {
      const { serverView, urlView } = await import("./views/server.ts");
      return words[0] === "url" ? urlView : serverView;
    },
  }),
  {
    name: "doctor",
    summary: "Check everything that a run needs and say how to mend what is missing.",
    parameters: [],
    flags: [checkData, partitionSnapshots, yes],
    examples: [
      { line: "doctor", does: "exit code 3 when something is missing" },
      { line: "doctor --check-data", does: "read every page of the database, too" },
      { line: "doctor --partition-snapshots --yes", does: "adopt the snapshot tables of an older system" },
    ],
    perform: async ({ values }, context) => {
      const views = () => import("./views/doctor.ts");
      if (!values.partitionSnapshots) {
        const request = { kind: "doctor", check_data: values.checkData ?? false } as const;
        return ask<"doctor">(context, request, async () => (await views()).doctorView);
      }
      confirm(values, "Every snapshot table without partitions would be built anew, with one for each as_of.");
      return ask<"partition">(context, { kind: "partition" }, async () => (await views()).partitionView);
    },
  },
];

export function commandNamed(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command === undefined) throw usageError(`There is no command "${name}".`, `${helpLine()} lists the commands.`);
  return command;
}

interface Listing<Kind extends RequestKind> extends Pick<Command, "name" | "summary" | "examples"> {
  parameters?: Command["parameters"];
  flags?: Command["flags"];
  /** Throws a usage error when the words do not make one. */
  request(input: Input): RequestOf<Kind>;
  view(input: Input): Promise<View<Replies[Kind]>>;
}

/** A command that asks one thing and shows the answer. */
function listing<Kind extends RequestKind>({ request, view, parameters, flags, ...rest }: Listing<Kind>): Command {
  return {
    ...rest,
    parameters: parameters ?? [],
    flags: flags ?? [],
    perform: async (input, context) => ask<Kind>(context, request(input), () => view(input)),
  };
}

function runNumber(word: string): number {
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw usageError(`"${word}" is not the number of a run.`, "`runs` lists the runs with their numbers: show 2.");
}

function stamp(word: string): string {
  if (isDate(word)) return word;
  throw usageError(`"${word}" is not a date.`, "Write it as YYYY-MM-DD; `snapshots` lists what there is.");
}

function serverAction(word: string | undefined): "start" | "stop" | "status" | "url" {
  if (word === "start" || word === "stop" || word === "url") return word;
  return "status";
}
