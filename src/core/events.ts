import { type } from "./arktype.ts";
import { FaultGroupSchema, FaultSchema } from "./fault-schemas.ts";
import { severities } from "./severity.ts";
import { stages } from "./stages.ts";

export { type Stage, stages } from "./stages.ts";

const Stage = type.enumerated(...stages);

/**
 * How a run treats the database: `publish` is the ordinary way, `restamp` may replace a sealed snapshot,
 * `backfill` builds the snapshot from the drop alone, `dry_run` is rolled back at the end.
 */
export const Mode = type.enumerated("publish", "restamp", "backfill", "dry_run");
export type Mode = typeof Mode.infer;

const Count = type("number.integer >= 0");

/** Rows of one table in one run; the plan's four counts are known once the drop was compared with the live table. */
export const TableCounts = type({
  table: "string",
  rows: Count,
  "inserted?": Count,
  "updated?": Count,
  "unchanged?": Count,
  "absent?": Count,
});
export type TableCounts = typeof TableCounts.infer;

export const ExpectationCounts = type({ passed: Count, failed: Count, warned: Count });
export type ExpectationCounts = typeof ExpectationCounts.infer;

/** What a seal vouches for: so many rows of one snapshot table at one as_of, with this fingerprint. */
export const Seal = type({ table: "string", as_of: "string", rows: Count, fingerprint: "string" });
export type Seal = typeof Seal.infer;

/** One expectation's outcome. `observed` is the metric Great Expectations calls `observed_value`; null without one. */
export const Verdict = type({
  table: "string",
  type: "string",
  "column?": "string",
  kwargs: "object",
  severity: type.enumerated(...severities),
  success: "boolean",
  observed: "unknown",
  unexpected_count: "number | null",
  unexpected_percent: "number | null",
});
export type Verdict = typeof Verdict.infer;

export const Warning = type({ title: "string", hint: "string" });
export type Warning = typeof Warning.infer;

/** `run` is the ledger's number, null until the ledger gave one; `seq` counts within a stream; `at` is ISO 8601, UTC. */
const Head = type({ run: "number.integer | null", seq: Count, at: "string" });

/** The events of a run, by name. A stream holds any number of runs, each from `run.started` to its last word. */
const fields = {
  /** A month's run begins; `tables` in load order, with what is known of each beforehand. */
  "run.started": type({
    event: "'run.started'",
    month: "string",
    as_of: "string",
    mode: Mode,
    tables: type({ table: "string", file: "string", bytes: Count, expectations: Count, snapshot: "boolean" }).array(),
  }),
  "stage.started": type({ event: "'stage.started'", stage: Stage }),
  /** So much of a table is done in a stage; at most ten a second a table. */
  "table.progress": type({
    event: "'table.progress'",
    stage: Stage,
    table: "string",
    done: Count,
    total: Count,
    unit: "'bytes' | 'rows' | 'expectations'",
  }),
  /** A stage is through with a table. */
  "table.finished": TableCounts.merge({ event: "'table.finished'", stage: Stage }),
  "expectation.evaluated": Verdict.merge({ event: "'expectation.evaluated'" }),
  "stage.finished": type({ event: "'stage.finished'", stage: Stage, seconds: "number" }),
  /** Something the operator should know that does not stop the run. */
  "run.warned": Warning.merge({ event: "'run.warned'" }),
  /** The last word of a run that ended well. `unchanged`: the very same files were published before. */
  "run.finished": type({
    event: "'run.finished'",
    status: "'published' | 'unchanged' | 'dry_run'",
    month: "string",
    as_of: "string",
    mode: Mode,
    seconds: "number",
    tables: TableCounts.array(),
    expectations: ExpectationCounts,
    snapshots: Seal.array(),
  }),
  /** The last word of a run that published nothing. */
  "run.failed": type({
    event: "'run.failed'",
    /** null before the first stage and after the pipeline died. */
    stage: Stage.or("null"),
    code: "string",
    title: "string",
    hint: "string",
    "month?": "string",
    "faults?": FaultSchema.array(),
    "fault_count?": Count,
    /** All faults by kind; `faults` lists the first thousand of each file. */
    "fault_groups?": FaultGroupSchema.array(),
    "reject_file?": "string",
  }),
};

export type EventName = keyof typeof fields;
export type EventOf<Name extends EventName> = typeof Head.infer & (typeof fields)[Name]["infer"];
export type RunEvent = { [Name in EventName]: EventOf<Name> }[EventName];
/** An event before the stream has numbered and dated it. */
export type EventBody = { [Name in EventName]: (typeof fields)[Name]["infer"] }[EventName];

const byName = new Map<string, { allows(data: unknown): boolean }>(Object.entries(fields));

/** True for a well-formed event: the gate where a stream enters, be it from a subprocess or a recorded file. */
export function isRunEvent(data: unknown): data is RunEvent {
  if (!Head.allows(data)) return false;
  const name = (data as { event?: unknown }).event;
  return typeof name === "string" && byName.get(name)?.allows(data) === true;
}
