import { ArkErrors, type } from "../arktype.ts";
import type { Fault } from "../faults.ts";
import type { Settings } from "../settings.ts";
import { resultFormats } from "./basics.ts";
import type { RunEvent } from "./events.ts";
import type {
  Check,
  Comparison,
  DropCheck,
  MonthEntry,
  ObservedSeries,
  RunDetail,
  RunEntry,
  RunOutcome,
  ServerStatus,
  UnexpectedValues,
  Validation,
} from "./listings.ts";
import type { Adoption, ConvertedTable, Retirement, SealCheck, SnapshotEntry, UnsealedEntry } from "./seals.ts";
import type { ExportReport } from "./training.ts";

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
} as const;
export type RunRequest = type.infer<typeof run>;

/** What a front end may ask of the pipeline, by kind: definitions, of which a schema is made when one is asked for. */
const requests = {
  run,
  months: { kind: "'months'" },
  snapshots: { kind: "'snapshots'" },
  runs: { kind: "'runs'" },
  show: { kind: "'show'", run: "number.integer > 0" },
  /** The unexpected values behind one verdict of a run: `position` is its index in RunDetail.verdicts. */
  samples: { kind: "'samples'", run: "number.integer > 0", position: "number.integer >= 0" },
  /** What each of a run's expectations observed in the months before. */
  history: { kind: "'history'", run: "number.integer > 0" },
  /** Recompute the seals of one as_of, or of all. */
  verify: { kind: "'verify'", as_of: "string | null" },
  /** Drop the snapshots of one as_of and lift their seals; the front end has asked whether that is meant. */
  retire: { kind: "'retire'", as_of: "string" },
  /** Write a training set: features as of one day, labels of a later one, by default the next there are. */
  export: { kind: "'export'", as_of: "string", labels_from: "string | null", out: "string > 0" },
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
  /** Read drops strictly, and touch no table. */
  check: { kind: "'check'", selection },
  /** `check_data` asks to read every page of the database, too. */
  doctor: { kind: "'doctor'", "check_data?": "boolean" },
  /** Partition the snapshot tables that are not, then check as `doctor` does; the front end has asked whether that is meant. */
  partition: { kind: "'partition'" },
  /** Look at what others took, and seal it as it is once the front end has asked whether that is meant. */
  adopt: { kind: "'adopt'", confirmed: "boolean" },
  /** `leave` stops the server only if nobody uses it and nobody keeps it. */
  db: { kind: "'db'", action: "'start' | 'stop' | 'leave' | 'status' | 'url'" },
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
  history: { series: ObservedSeries[] };
  verify: { seals: SealCheck[] };
  retire: Retirement;
  export: ExportReport;
  compare: Comparison;
  validate: Validation;
  check: { drops: DropCheck[] };
  doctor: { checks: Check[] };
  partition: { converted: ConvertedTable[]; checks: Check[] };
  adopt: Adoption;
  db: ServerStatus;
  /** Such as `app on db.example.org (PostgreSQL 15.18)`. */
  database: { database: string };
  /** `committing`: what is written is on its way to be committed, and nobody can call that back. */
  cancel: { cancelled: boolean; committing?: true };
  outcome: RunOutcome;
}
export type RequestKind = keyof Replies;
const kinds = Object.keys(requests) as RequestKind[];
export type RequestOf<Kind extends RequestKind> = Extract<Request, { kind: Kind }>;

const Call = type({ id: "number.integer >= 0", request: { kind: type.enumerated(...kinds) } });

/** First line a front end writes to the pipeline; every later line is a Call. */
export interface Hello {
  settings: Settings;
}

/** A request with the number that its answers carry. */
export interface Call {
  id: number;
  request: Request;
}

/** The call that came in. Throws when it is none. */
export function parseCall(data: unknown): Call {
  const { id, request } = checked(Call(data));
  return { id, request: checked(type.raw(requests[request.kind])(request)) as Request };
}

function checked<Value>(value: Value | ArkErrors): Value {
  if (value instanceof ArkErrors) throw new Error(`The front end asked for something unknown: ${value.summary}`);
  return value;
}

/** An error on its way from the pipeline to a front end. */
export interface WireError {
  code: string;
  title: string;
  hint: string;
  faults: Fault[];
  fault_count: number;
}

/** Lines the pipeline writes: events of a run, then one result or error for each call; and what it waits for, at any time. */
export type Message =
  | { notice: string }
  | { id: number; event: RunEvent }
  | { id: number; result: Replies[RequestKind] }
  | { id: number; error: WireError };
