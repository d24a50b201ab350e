import type { Stage } from "../core/messages/events.ts";
import type { RunState, TableProgress } from "./state.ts";

/** What a run has to do, in seconds of a usual machine, and how much of it the events say is done. */

/**
 * Seconds that a row, a byte and the like cost. They were fitted to what runs still took at each moment, of generated drops of
 * 7,000 to 1,000,000 users (`bun run generate`), of each kind, on the embedded server and on PostgreSQL 15, on machines of two
 * cores. A run's own pace corrects them; it is their relation that counts.
 */
const cost = {
  /** Whatever is done with a table. */
  step: 0.003,
  /** A file that was found sound before is only passed on. */
  ingest: { table: 0.005, row: 0.14e-6, again: 0.23e-6, byte: 0.015e-6 },
  compare: 0.5e-6,
  /** Into an empty table: in the order of its key, or with its keys set aside and built at the end. */
  fill: { keyed: 1.4e-6, row: 0.17e-6, built: 0.41e-6 },
  /** What a server takes longer that logs what is filled into new files, too. */
  logged: { row: 0.055e-6, built: 0.39e-6, make: 1.35e-6 },
  /** `look` is for every staged row of a table that has any to change. */
  change: { look: 0.8e-6, row: 0.31e-6, byte: 0.048e-6 },
  /** A backfill's keys are held to what the live tables' would have demanded. */
  keys: 2.2e-6,
  expectation: { each: 0.0004, row: 0.039e-6 },
  /** A snapshot that is made and sealed, or held against the one that stands. */
  make: 1.67e-6,
  stand: 1.5e-6,
  /** Where there is a month before. Of more rows than these a sample tells, which takes as long whatever their number. */
  drift: { rows: 20_000, byte: 0.18e-6 },
  /** Of a file that a publication read before, it is known what its columns come to. `width` is for each byte of a row. */
  profile: { width: 0.00045, byte: 0.015e-6 },
  /** Of tables that were empty. */
  end: 0.09e-6,
};

const unlogged: typeof cost.logged = { row: 0, built: 0, make: 0 };

/** Until it is known: bytes of a row, and the share of a table's rows that a month changes. */
const usual = { rowBytes: 25, changed: 0.42 };

/** A part of the work; `done` is 0 to 1. */
export interface Step {
  cost: number;
  done: number;
}

/**
 * By stage, what the run's own connection does one after the other. What is shared is done in this order by one connection
 * beside it, from the first table that is staged on; the run's own compares those tables that nobody has begun with, and
 * helps at the end.
 */
export interface Work extends Record<Stage, Step[]> {
  end: number;
  shared: Shared[];
}

/** Nothing tells that a profile is done but what comes after it. */
export interface Shared extends Step {
  is: "compared" | "profiled" | "made";
}

export function workOf(run: RunState): Work {
  const { tables, mode } = run;
  const write = tables.flatMap((table) => (mode === "backfill" ? keysStep(table) : writeSteps(table, run)));
  const make = tables.filter(({ snapshot }) => snapshot).map((table) => makeStep(table, run));
  const work = {
    ingest: tables.map(ingestStep),
    upsert: write,
    validate: tables.map(validateStep),
    snapshot: [],
    end: cost.step + (mode === "publish" ? cost.end * sumOf(tables, filledRows) : 0),
    shared: tables.flatMap((table) => sharedSteps(table, run)),
  };
  // A restamp does not know before its own transaction what has to give way; a dry run is one transaction.
  if (mode === "restamp") return { ...work, snapshot: make };
  if (mode !== "dry_run") return work;
  return {
    ...work,
    upsert: [...tables.map(compareStep), ...write],
    snapshot: [...make, ...tables.map(profileStep)],
    shared: [],
  };
}

/** What of a run decides how long a table takes. */
type Manner = Pick<RunState, "mode" | "logs_all">;

function sharedSteps(table: TableProgress, run: Manner): Shared[] {
  const { mode } = run;
  const steps: Shared[] = [{ ...profileStep(table), is: "profiled" }];
  if (mode !== "backfill") steps.unshift({ ...compareStep(table), is: "compared" });
  if (mode !== "restamp" && table.snapshot) steps.push({ ...makeStep(table, run), is: "made" });
  return steps;
}

function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function filledRows(table: TableProgress): number {
  return table.live === 0 ? rowsOf(table) : 0;
}

function rowsOf({ bytes, cells, counts }: TableProgress): number {
  return cells.ingest.state === "done" ? counts.rows : bytes / usual.rowBytes;
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

function ingestStep(table: TableProgress): Step {
  const { state, done, total } = table.cells.ingest;
  const { table: each, row, again, byte } = cost.ingest;
  const whole = each + (table.again === true ? again : row) * rowsOf(table) + byte * table.bytes;
  return { cost: whole, done: state === "done" ? 1 : share(done, total) };
}

/** Of an empty table there is nothing to compare. */
function compareStep(table: TableProgress): Step {
  const rows = table.live === 0 ? 0 : rowsOf(table);
  return { cost: cost.step + rows * cost.compare, done: table.cells.upsert.state === "waiting" ? 0 : 1 };
}

function keysStep(table: TableProgress): Step[] {
  return [{ cost: cost.step + cost.keys * rowsOf(table), done: table.cells.upsert.state === "done" ? 1 : 0 }];
}

/** Writing what differs, and building keys. How much that is, is known once the table is compared. */
function writeSteps(table: TableProgress, { logs_all }: Manner): Step[] {
  const { state, first, done, total } = table.cells.upsert;
  const rows = rowsOf(table);
  const written = state === "done" ? 1 : share(done - first, total - first);
  if (table.live === 0) {
    const keys = table.built ?? 0;
    const { keyed, row, built } = cost.fill;
    const logged = logs_all ? cost.logged : unlogged;
    const filling = { cost: cost.step + rows * (keys === 0 ? keyed : row + logged.row), done: written };
    return [filling, { cost: rows * keys * (built + logged.built), done: state === "done" ? 1 : 0 }];
  }
  const guessed = table.again === true ? 0 : rows * usual.changed;
  const changed = state === "waiting" ? guessed : total - first;
  const { look, row, byte } = cost.change;
  const writing = cost.step + look * rows + changed * (row + byte * widthOf(table));
  return [{ cost: changed > 0 ? writing : 0, done: written }];
}

function validateStep(table: TableProgress): Step {
  const { state, done } = table.cells.validate;
  const whole = table.expectations * (cost.expectation.each + cost.expectation.row * rowsOf(table));
  return { cost: whole, done: state === "done" ? 1 : share(done, table.expectations) };
}

/** What is told of a snapshot before it is finished is that it is ready. */
function makeStep(table: TableProgress, { mode, logs_all }: Manner): Step {
  const isThere = table.again === true && mode === "publish";
  const rows = rowsOf(table);
  const { rows: few, byte } = cost.drift;
  const drift = isThere || table.live === 0 ? 0 : byte * widthOf(table) * Math.min(few, rows);
  const making = cost.make + (logs_all ? cost.logged : unlogged).make;
  const whole = cost.step + rows * (isThere ? cost.stand : making) + drift;
  return { cost: whole, done: table.cells.snapshot.state === "waiting" ? 0 : 1 };
}

/** Nothing tells that it is done but what comes after it. */
function profileStep(table: TableProgress): Step {
  const { width, byte } = cost.profile;
  return { cost: table.again === true ? 0 : width * widthOf(table) + byte * table.bytes, done: 0 };
}

/** Bytes of a row. */
function widthOf(table: TableProgress): number {
  return table.bytes / Math.max(1, rowsOf(table));
}
