import type { Stage } from "../core/messages/events.ts";
import type { RunState, TableProgress } from "./state.ts";

/** What a run has to do, in seconds of a usual machine, and how much of it the events say is done. */

/**
 * Seconds that a row, a byte and the like cost. They come from runs of generated drops of 120,000 to 1,000,000 users
 * (`bun run generate`), each for a first month, the next one, the same again by --force, a restamp and a dry run: two cores,
 * the embedded server on the same machine, nothing else in their way. They were fitted to what the runs still took at each
 * moment, so that what is done beside a run's own work is in them. A run's own pace corrects them; it is their relation that counts.
 */
const cost = {
  /** A file that was found sound before is only passed on. */
  ingest: { table: 0.011, row: 0.25e-6, again: 0.1e-6, byte: 0.016e-6 },
  /** Into an empty table: in the order of its key, or with its keys set aside and built at the end. */
  fill: { table: 0.004, keyed: 0.75e-6, row: 0.06e-6, byte: 0.003e-6, built: 0.4e-6 },
  /** `look` is for every staged row of a table that has any to change. */
  change: { table: 0.003, look: 0.5e-6, row: 0.33e-6, byte: 0.072e-6 },
  expectation: { each: 0.0012, row: 0.03e-6 },
  attach: { table: 0.004, row: 0.08e-6 },
  end: { once: 0.02, row: 0.07e-6 },
  compare: { table: 0.003, row: 2e-6, again: 0.2e-6 },
  /** A snapshot and its seal; drift is looked at where there is a month before. */
  prepare: {
    first: { table: 0.006, row: 1.4e-6, byte: 0.0205e-6 },
    next: { table: 0.022, row: 1.6e-6, byte: 0.022e-6 },
    again: { table: 0.003, row: 0.75e-6, byte: 0.011e-6 },
  },
  /** Of a file that a publication read before, it is known what its columns come to. */
  profile: { byte: 0.0045e-6 },
};

/** How much of that each costs where one connection does it all: others are not in its way, nor do they help. */
const alone = { compare: 0.15, write: 0.95, prepare: 1 };

/** Until it is known: bytes of a row, and the share of a table's rows that a month changes. */
const usual = { rowBytes: 33, changed: 0.25 };

/** A part of the work; `done` is 0 to 1. */
export interface Step {
  cost: number;
  done: number;
}

/**
 * By stage, what the run's own connection does one after the other. What is shared, comparing tables and preparing
 * snapshots, is done by two: one connection beside it from the first table that is staged on, and its own from the last one
 * staged until all are compared.
 */
export interface Work extends Record<Stage, Step[]> {
  end: number;
  shared: { compare: Step[]; prepare: Step[] };
}

export function workOf(state: RunState): Work {
  const { tables, mode } = state;
  const frozen = tables.filter(({ snapshot }) => snapshot);
  const rows = tables.reduce((sum, table) => sum + rowsOf(table), 0);
  const compare = tables.map(compareStep);
  const write = mode === "backfill" ? [] : tables.flatMap(upsertSteps);
  // All is one transaction then, or nobody knows in time what has to give way.
  const isAlone = mode === "dry_run" || mode === "restamp";
  const prepare = frozen.map((table) => prepareStep(table, isAlone ? 0 : profileCost(table)));
  // The last that a dry run does; others have it done beside, before the snapshot of the table.
  const profiles = mode === "dry_run" ? tables.map((table) => ({ cost: profileCost(table), done: 0 })) : [];
  return {
    ingest: tables.map(ingestStep),
    upsert: isAlone ? [...compare.map(times(alone.compare)), ...write.map(times(alone.write))] : write,
    validate: tables.map(validateStep),
    snapshot: [...(isAlone ? prepare.map(times(alone.prepare)) : []), ...frozen.map(attachStep), ...profiles],
    end: cost.end.once + cost.end.row * rows,
    shared: isAlone ? { compare: [], prepare: [] } : { compare, prepare },
  };
}

function times(factor: number) {
  return ({ cost: whole, done }: Step): Step => ({ cost: whole * factor, done });
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
  const perRow = table.again === true ? again : row;
  return { cost: each + perRow * rowsOf(table) + byte * table.bytes, done: state === "done" ? 1 : share(done, total) };
}

/** Of an empty table there is nothing to compare. */
function compareStep(table: TableProgress): Step {
  const { table: each, row, again } = cost.compare;
  const perRow = table.live === 0 ? 0 : table.again === true ? again : row;
  return { cost: each + rowsOf(table) * perRow, done: table.cells.upsert.state === "waiting" ? 0 : 1 };
}

/** Writing what differs, and building keys. How much that is, is known once the table is compared. */
function upsertSteps(table: TableProgress): Step[] {
  const { state, first, done, total } = table.cells.upsert;
  const rows = rowsOf(table);
  const written = state === "done" ? 1 : share(done - first, total - first);
  if (table.live === 0) {
    const { table: each, keyed, row, byte, built } = cost.fill;
    const keys = table.built ?? 0;
    const filling = { cost: each + rows * (keys === 0 ? keyed : row) + table.bytes * byte, done: written };
    return [filling, { cost: rows * keys * built, done: state === "done" ? 1 : 0 }];
  }
  const guessed = table.again === true ? 0 : rows * usual.changed;
  const changed = state === "waiting" ? guessed : total - first;
  const { table: each, look, row, byte } = cost.change;
  const writing = each + look * rows + changed * (row + (byte * table.bytes) / Math.max(1, rows));
  return [{ cost: changed > 0 ? writing : 0, done: written }];
}

function validateStep(table: TableProgress): Step {
  const { state, done } = table.cells.validate;
  const whole = table.expectations * (cost.expectation.each + cost.expectation.row * rowsOf(table));
  return { cost: whole, done: state === "done" ? 1 : share(done, table.expectations) };
}

function attachStep(table: TableProgress): Step {
  const { table: each, row } = cost.attach;
  return { cost: each + row * rowsOf(table), done: table.cells.snapshot.state === "done" ? 1 : 0 };
}

/** What is told of a snapshot before it is finished is that it is ready. */
function prepareStep(table: TableProgress, profile: number): Step {
  const { first, next, again } = cost.prepare;
  const { table: each, row, byte } = table.again === true ? again : table.live === 0 ? first : next;
  return {
    cost: each + row * rowsOf(table) + byte * table.bytes + profile,
    done: table.cells.snapshot.state === "waiting" ? 0 : 1,
  };
}

function profileCost({ again, bytes }: TableProgress): number {
  return again === true ? 0 : cost.profile.byte * bytes;
}
