import { type ArkErrors, checked, digestOf, type type } from "../checks.ts";
import type { Fault } from "../faults.ts";
import { type Settings, settingsDefinition } from "../settings.ts";
import type { Distribution } from "./cluster.ts";
import { eventDefinitions, type RunEvent } from "./events.ts";
import type { DatasetFacts, TableResults } from "./evidence.ts";
import type {
  Check,
  Comparison,
  DropCheck,
  MonthEntry,
  ObservedRun,
  ObservedSeries,
  RunDetail,
  RunEntry,
  RunOutcome,
  ServerStatus,
  Validation,
} from "./listings.ts";
import type { Profiling, TableProfile } from "./profiles.ts";
import type { Adoption, ConvertedTable, Retirement, SealCheck, SnapshotEntry, UnsealedEntry } from "./seals.ts";
import type { DatasetWritten, DropSuggestion } from "./suggestions.ts";
import type { SuiteFit, SuiteWritten } from "./suites.ts";
import type { ExportReport, FeastReport } from "./training.ts";
import type { UnexpectedPage, UnexpectedValues } from "./unexpected.ts";

/** How much of each result a validation tells, in Great Expectations' own words. */
export const resultFormats = ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"] as const;
export type ResultFormat = (typeof resultFormats)[number];

/** Which months a run is for: those named, all on disk, or those that are not published yet. */
const selection = [{ months: "string[]" }, "|", { every: "'all' | 'pending'" }] as const;
export type Selection = type.infer<typeof selection>;

const run = {
  kind: "'run'",
  selection,
  /** Another stamp than the month's last day; only with exactly one month. */
  as_of: "string | null",
  dry_run: "boolean",
  restamp: "boolean",
  backfill: "boolean",
  force: "boolean",
  /** Seconds to wait for the next drop to be there, all of it; for pending months alone. */
  "wait?": "number > 0",
  /** A file that metrics are written to when it is over, whatever it came to. */
  "metrics?": "string > 0",
} as const;
export type RunRequest = type.infer<typeof run>;

/** What a front end may ask of the pipeline, by kind. */
const requests = {
  run,
  months: { kind: "'months'" },
  snapshots: { kind: "'snapshots'" },
  runs: { kind: "'runs'" },
  show: { kind: "'show'", run: "number.integer > 0" },
  /** The unexpected values behind one verdict of a run: `position` is its index in RunDetail.verdicts. */
  samples: { kind: "'samples'", run: "number.integer > 0", position: "number.integer >= 0" },
  /** So many of all the unexpected values behind one verdict, from the one of that number on, that hold the words. */
  values: {
    kind: "'values'",
    run: "number.integer > 0",
    position: "number.integer >= 0",
    from: "number.integer >= 0",
    count: "number.integer > 0",
    filter: "string",
  },
  /** What each of a run's expectations observed in the months before: in the last few, or in `every` one. */
  history: { kind: "'history'", run: "number.integer > 0", "every?": "boolean" },
  /** What the expectations of all runs observed: at once, for what is told of many of them. */
  observed: { kind: "'observed'" },
  /** A run's results in Great Expectations' own form. */
  results: { kind: "'results'", run: "number.integer > 0" },
  /** What the dataset is called and made of. */
  dataset: { kind: "'dataset'" },
  /** Recompute the seals of one as_of, or of all. */
  verify: { kind: "'verify'", as_of: "string | null" },
  /** Drop the snapshots of one as_of and lift their seals; the front end has asked whether that is meant. */
  retire: { kind: "'retire'", as_of: "string" },
  /**
   * What columns came to: under one date, or in one run's drop, which need not be published; under all dates without either.
   * Of one table, live or snapshot, and of one column, or of all.
   */
  profile: {
    kind: "'profile'",
    as_of: "string | null",
    run: "number.integer > 0 | null",
    table: "string | null",
    column: "string | null",
  },
  /** Take the profiles of sealed snapshots that have none. */
  profiling: { kind: "'profiling'" },
  /** Write a training set: features as of one day, labels of a later one, by default the next there are. */
  export: { kind: "'export'", as_of: "string", labels_from: "string | null", out: "string > 0" },
  /** Write a Feast repository of the snapshots into a folder; over files that are there and differ only if that is meant. */
  feast: { kind: "'feast'", folder: "string > 0", overwrite: "boolean" },
  /** What changed from one snapshot to another. */
  compare: { kind: "'compare'", from: "string", to: "string" },
  /** One suite against one table, named as `table` or `schema.table`; `parameters` fill the suite's `$PARAMETER`s. */
  validate: {
    kind: "'validate'",
    suite_path: "string > 0",
    table: "string > 0",
    /** Whether expectations that cannot be evaluated are told in the result, or refused before anything runs. */
    tolerant: "boolean",
    parameters: { "[string]": "string" },
    result_format: ["===", ...resultFormats],
  },
  /** Write a suite from a table as it is, to its own file unless another is named; over one that is there only if that is meant. */
  propose: { kind: "'propose'", table: "string > 0", suite_path: "string > 0 | null", overwrite: "boolean" },
  /** Write a dataset to a folder, of one drop's files, or a copy of the one that is shipped; over what is there only if that is meant. */
  init: { kind: "'init'", folder: "string > 0 | null", to: "string > 0 | null", overwrite: "boolean" },
  /** How the suites that the manifest names fit their tables; no row is looked at. */
  suites: { kind: "'suites'" },
  /** Read drops strictly, and touch no table. */
  check: { kind: "'check'", selection },
  /** Propose how a drop's files are written; the front end has asked whether the manifest is to say so. */
  suggest: { kind: "'suggest'", selection, confirmed: "boolean" },
  /** `check_data` asks to read every page of the database, too; `notify`, to send whoever is told of runs a word. */
  doctor: { kind: "'doctor'", "check_data?": "boolean", "notify?": "boolean" },
  /** Partition the snapshot tables that are not, then check as `doctor` does; the front end has asked whether that is meant. */
  partition: { kind: "'partition'" },
  /** Say how the tables would be spread over a cluster's nodes, and do it once the front end has asked whether that is meant. */
  distribute: { kind: "'distribute'", shards: "number.integer > 0 | null", confirmed: "boolean" },
  /** The SQL that makes the roles of an owner, a loader and a viewer. */
  grants: { kind: "'grants'" },
  /** Look at what others took, and seal it as it is once the front end has asked whether that is meant. */
  adopt: { kind: "'adopt'", confirmed: "boolean" },
  db: { kind: "'db'", action: "'start' | 'stop' | 'status' | 'url'" },
  /** Which database this is: answered as soon as it is reached, and before all that was asked later. */
  database: { kind: "'database'" },
  cancel: { kind: "'cancel'" },
  /** What became of a run whose process ended before it could say; `request` is what it was run for. */
  outcome: { kind: "'outcome'", run: "number.integer > 0", request: run },
} as const;
export type Request = { [Kind in keyof typeof requests]: type.infer<(typeof requests)[Kind]> }[keyof typeof requests];

/** What answers each kind of request; a run answers with its events first, then the exit code. */
export interface Replies {
  run: { exit_code: number };
  /** `unsealed_dates`: those under which rows stand that no run of the ledger took. */
  months: { months: MonthEntry[]; server: string; unsealed_dates: string[] };
  snapshots: { snapshots: SnapshotEntry[]; unsealed: UnsealedEntry[] };
  runs: { runs: RunEntry[] };
  show: RunDetail;
  samples: UnexpectedValues;
  values: UnexpectedPage;
  history: { series: ObservedSeries[] };
  observed: { runs: ObservedRun[] };
  results: { tables: TableResults[] };
  dataset: DatasetFacts;
  verify: { seals: SealCheck[] };
  retire: Retirement;
  /** Oldest date first, tables in the manifest's order. */
  profile: { profiles: TableProfile[] };
  profiling: Profiling;
  export: ExportReport;
  feast: FeastReport;
  compare: Comparison;
  validate: Validation;
  propose: SuiteWritten;
  init: DatasetWritten;
  suites: { suites: SuiteFit[] };
  check: { drops: DropCheck[] };
  suggest: DropSuggestion;
  doctor: { checks: Check[] };
  partition: { converted: ConvertedTable[]; checks: Check[] };
  distribute: Distribution;
  grants: { sql: string };
  adopt: Adoption;
  db: ServerStatus;
  /** Such as `app on db.example.org (PostgreSQL 15.18)`. */
  database: { database: string };
  /** `committing`: what is written is on its way to be committed, and nobody can call that back. */
  cancel: { cancelled: boolean; committing?: true };
  outcome: RunOutcome;
}
export type RequestKind = keyof Replies;
export type RequestOf<Kind extends RequestKind> = Extract<Request, { kind: Kind }>;

/** What both ends say to each other, as a digest: those who agree on it need not check what the other says. */
export const protocol = digestOf([requests, [...eventDefinitions], settingsDefinition]);

/** First line a front end writes to the pipeline; every later line is a Call. */
export interface Hello {
  settings: Settings;
  protocol: string;
}

/** A request with the number that its answers carry. */
export interface Call {
  id: number;
  request: Request;
}

const call = { id: "number.integer >= 0", request: { kind: ["===", ...Object.keys(requests)] } } as const;

/** The call that came in from who may speak in other ways. Throws when it is none. */
export function parseCall(data: unknown): Call {
  const { id, request } = checked(call, data, unknownCall);
  return { id, request: checked(requests[request.kind as RequestKind], request, unknownCall) };
}

/** The settings that came in from who may speak in other ways. Throws when they are none. */
export function parseSettings(data: unknown): Settings {
  return checked(
    settingsDefinition,
    data,
    ({ summary }) => new Error(`The front end did not say where things are: ${summary}`),
  );
}

function unknownCall({ summary }: ArkErrors): Error {
  return new Error(`The front end asked for something unknown: ${summary}`);
}

/** An error on its way from the pipeline to a front end. */
export interface WireError {
  code: string;
  title: string;
  hint: string;
  faults: Fault[];
  fault_count: number;
}

/** Lines the pipeline writes: its protocol first, then events of a run, one result or error for each call, and at any time what it waits for or could not do beside the rest (`trouble`). */
export type Message =
  | { protocol: string }
  | { notice: string; trouble?: true }
  | { id: number; event: RunEvent }
  | { id: number; result: Replies[RequestKind] }
  | { id: number; error: WireError };

/** The lines of a byte stream, as text without their ends; a last line without an end counts. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  /** Of the line that has no end yet: a long one comes in many pieces, and is put together once. */
  const begun: string[] = [];
  for await (const chunk of stream) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    for (const [index, part] of parts.entries()) {
      if (index > 0) yield begun.splice(0).join("");
      begun.push(part);
    }
  }
  const rest = begun.join("") + decoder.decode();
  if (rest !== "") yield rest;
}
