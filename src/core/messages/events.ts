import { type Definition, isSound, type type } from "../checks.ts";
import { fault, faultGroup } from "../faults.ts";
import { countsDefinition, verdictDefinition } from "./verdicts.ts";

/** The four stages of a run, in order. */
export const stages = ["ingest", "upsert", "validate", "snapshot"] as const;
export type Stage = (typeof stages)[number];

const stage = ["===", ...stages] as const;

/**
 * How a run treats the database: `publish` is the ordinary way, `restamp` may replace a sealed snapshot,
 * `backfill` builds the snapshot from the drop alone, `dry_run` is rolled back at the end, `adopt` seals what others took.
 */
const mode = ["===", "publish", "restamp", "backfill", "dry_run", "adopt"] as const;
export type Mode = type.infer<typeof mode>;

const count = "number.integer >= 0";

/** Rows of one table in one run; the plan's four counts are known once the drop was compared with the live table. */
const tableCounts = {
  table: "string",
  rows: count,
  "inserted?": count,
  "updated?": count,
  "unchanged?": count,
  "absent?": count,
} as const;
export type TableCounts = type.infer<typeof tableCounts>;

/** What a seal vouches for: so many rows of one snapshot table at one as_of, with this fingerprint. */
const seal = { table: "string", as_of: "string", rows: count, fingerprint: "string" } as const;
export type Seal = type.infer<typeof seal>;

const warning = { title: "string", hint: "string" } as const;
export type Warning = type.infer<typeof warning>;

/**
 * A file as its run finds it, with what is known of it beforehand. `live`: rows that the last month brought into its
 * table, 0 where that is empty, left out where nobody knows. `built`: keys that are set aside while an empty table is
 * filled, and built at its end. `again`: the month was published with a file of this very size.
 */
const startedTable = {
  table: "string",
  file: "string",
  bytes: count,
  expectations: count,
  snapshot: "boolean",
  "live?": count,
  "built?": count,
  "again?": "boolean",
} as const;
export type StartedTable = type.infer<typeof startedTable>;

/** `run` is the ledger's number, null until the ledger gave one; `seq` counts within a stream; `at` is ISO 8601, UTC. */
const head = { run: "number.integer | null", seq: count, at: "string" } as const;

/** Of how many tables the snapshot was made by then, while an earlier stage went on. */
const beside = { "ready?": count } as const;

/** The events of a run, by name. A stream holds any number of runs, each from `run.started` to its last word. */
const events = {
  /**
   * A month's run begins; `tables` in load order. `logs_all`: whether the server writes to its log (WAL) what is filled into
   * new files, too, which takes longer.
   */
  "run.started": {
    event: "'run.started'",
    month: "string",
    as_of: "string",
    mode,
    "logs_all?": "boolean",
    tables: [startedTable, "[]"],
  },
  "stage.started": { event: "'stage.started'", stage },
  /**
   * So much of a table is done in a stage; at most ten a second a table, and of rows to a hundredth while one statement writes
   * many.
   */
  "table.progress": {
    event: "'table.progress'",
    stage,
    table: "string",
    done: count,
    total: count,
    unit: "'bytes' | 'rows' | 'expectations'",
    ...beside,
  },
  /** A stage is through with a table. */
  "table.finished": { ...tableCounts, event: "'table.finished'", stage, ...beside },
  "expectation.evaluated": { ...verdictDefinition, event: "'expectation.evaluated'" },
  "stage.finished": { event: "'stage.finished'", stage, seconds: "number" },
  /** Something the operator should know that does not stop the run. */
  "run.warned": { ...warning, event: "'run.warned'" },
  /** The last word of a run that ended well. `unchanged`: the very same files were published before. */
  "run.finished": {
    event: "'run.finished'",
    status: "'published' | 'unchanged' | 'dry_run'",
    month: "string",
    as_of: "string",
    mode,
    seconds: "number",
    tables: [tableCounts, "[]"],
    expectations: countsDefinition,
    snapshots: [seal, "[]"],
    /** Of a restamp: seals that were lifted, and snapshot rows that gave way to those of the drop. */
    "lifted?": count,
    "replaced?": count,
  },
  /**
   * The last word of a run that published nothing because of something that passes by itself: after so many seconds the
   * month is run anew, as another run, which is the try of that number of so many.
   */
  "run.retried": {
    event: "'run.retried'",
    stage: ["===", ...stages, null],
    code: "string",
    title: "string",
    hint: "string",
    "month?": "string",
    seconds: "number",
    next: count,
    tries: count,
  },
  /** The last word of a run that published nothing. */
  "run.failed": {
    event: "'run.failed'",
    /** null before the first stage and after the pipeline died. */
    stage: ["===", ...stages, null],
    code: "string",
    title: "string",
    hint: "string",
    "month?": "string",
    /** Months that were asked for and not run because of it. */
    "left?": "string[]",
    "faults?": [fault, "[]"],
    "fault_count?": count,
    /** All faults by kind; `faults` lists the first thousand of each file. */
    "fault_groups?": [faultGroup, "[]"],
    "reject_file?": "string",
  },
} as const;

export type EventName = keyof typeof events;
type Bodies = { [Name in EventName]: type.infer<(typeof events)[Name]> };
export type EventOf<Name extends EventName> = type.infer<typeof head> & Bodies[Name];
export type RunEvent = { [Name in EventName]: EventOf<Name> }[EventName];
/** An event before the stream has numbered and dated it. */
export type EventBody = Bodies[EventName];

/** True for what is told of a run last. */
export function isLastWord({ event }: RunEvent): boolean {
  return event === "run.finished" || event === "run.failed" || event === "run.retried";
}

/** Of each event, all that it must be. */
export const eventDefinitions = new Map<unknown, Definition>(
  Object.entries(events).map(([name, body]) => [name, { ...head, ...body }]),
);

/** True for a well-formed event: the gate where a stream enters from who may speak in other ways, such as a recorded file. */
export function isRunEvent(data: unknown): data is RunEvent {
  if (typeof data !== "object" || data === null) return false;
  const definition = eventDefinitions.get((data as { event?: unknown }).event);
  return definition !== undefined && isSound(definition, data);
}
