import { exitCodeOf, type FailureCode } from "../../../src/core/errors.ts";
import type { EventOf } from "../../../src/core/messages/events.ts";
import type { Ended } from "./bench.ts";
import type { Contents } from "./contents.ts";
import { type Cells, type Delivery, deliveredColumn, frozenTables, nameOf, type Rows, tables } from "./deliveries.ts";
import { hold, holdEqual, holdRows, type Rule } from "./hold.ts";
import { countsOf, frozenOf, inColumns, isCopied, type Model, upserted } from "./model.ts";
import { monthOfName as monthOf, placeOf, type Sight, type StandingSeal, standingDates } from "./sight.ts";

type Finished = EventOf<"run.finished">;

/** What a run was asked for and found. `files` are those that lay there when it began. */
export interface RunDone {
  ended: Ended;
  before: Sight;
  after: Sight;
  files(month: number): Delivery;
  backfill: boolean;
  /** True when one of the files was replaced before the run was over. */
  replaced: boolean;
}

/** Ends that say that something is wrong with the console, and not with what it was given. */
const defects: readonly FailureCode[] = ["internal", "database_error", "database_lost", "not_as_planned", "io_error"];

/** Hold all runs of one request against the model, which then knows of them. */
export function judgeRuns(model: Model, done: RunDone): void {
  const { ended, before, after, replaced, backfill } = done;
  judgeExit(ended);
  hold(
    "whole",
    !replaced || ended.finished.length === 0,
    () => "a file was replaced, and the run finished all the same",
  );
  let live = before.live;
  // What a dry run of several months would have come to so far, and whether its first month would date the live rows.
  let tried = before.live;
  let isDated = isCopied(before);
  for (const end of ended.finished) {
    const files = done.files(monthOf(end.month));
    if (end.status === "unchanged") judgeUnchanged(model, end, files);
    else if (!backfill) {
      judgeCounts(model, { live: tried, isDated }, end, files);
      tried = upserted(tried, files);
      isDated ||= end.status === "dry_run";
    }
    if (end.status !== "published") continue;
    judgePublished(model, end, files, done);
    if (backfill) judgeParents(model, end, files, after);
    else {
      live = tried;
      model.published(monthOf(end.month), after);
    }
  }
  const rule = backfill ? "backfill" : "whole";
  for (const table of tables) holdRows(rule, after.live.get(table) ?? new Map(), live.get(table) ?? new Map(), table);
  judgeRest(ended, before, after);
}

function judgeExit({ exit, finished, failed }: Ended): void {
  if (failed === undefined) {
    holdEqual("exits", exit, 0, "a run without a failure");
    return;
  }
  const code = failed.code as FailureCode;
  holdEqual("exits", exit, exitCodeOf(code), `${code}: ${failed.title}`);
  hold("exits", !defects.includes(code), () => `${code}: ${failed.title} (${finished.length} finished before)`);
}

/** Nothing to do: these files are what was sealed. */
function judgeUnchanged({ sealed, held, mayRefuse }: Model, finished: Finished, files: Delivery): void {
  const { month, as_of: asOf, mode, tables: told } = finished;
  // Beside live tables that have gone on, or may have, or that were not to be touched, nothing is said of them.
  const mayHaveGoneOn = mayRefuse || (typeof held === "number" && monthOf(month) < held);
  const mayBeBeside = mode !== "publish" || mayHaveGoneOn;
  const isBeside = mayBeBeside && told.every(({ inserted }) => inserted === undefined);
  for (const table of Object.values(frozenTables)) {
    const seal = sealed.get(placeOf({ table, as_of: asOf }));
    holdFrozen("counted", seal?.held ?? new Map(), { files, month, table, seal }, `unchanged ${month}`);
  }
  for (const { table, rows, inserted, updated } of told) {
    const counted = { rows, inserted, updated };
    holdEqual(
      "counted",
      counted,
      {
        rows: files.get(table)?.size,
        ...(isBeside ? { inserted: undefined, updated: undefined } : { inserted: 0, updated: 0 }),
      },
      `unchanged ${month}, ${table}`,
    );
  }
}

function judgeCounts(
  { held }: Model,
  { live, isDated }: Pick<Contents, "live"> & { isDated: boolean },
  { month, tables: told }: Finished,
  files: Delivery,
): void {
  const wanted = [...files].map(([table, rows]) => countsOf(live, table, rows));
  const byName = (one: { table: string }, other: { table: string }) => (one.table < other.table ? -1 : 1);
  holdEqual("counted", told.toSorted(byName), wanted.toSorted(byName), month);
  hold("forwards", typeof held !== "number" || monthOf(month) >= held, () => `${month}, after month ${held}`);
  const isChanged = wanted.some(({ updated }) => updated > 0);
  hold("forwards", held !== "undated" || !isChanged || isDated, () => `${month} changed rows that nothing dates`);
}

/** Each table is sealed as this month's, holds its files' rows, and stands among the other dates where it belongs. */
function judgePublished(model: Model, { month, as_of: asOf }: Finished, files: Delivery, { before, after }: RunDone) {
  const index = monthOf(month);
  for (const other of standingDates(after)) {
    if (other.asOf === asOf && other.month === index) continue;
    const inOrder = other.month !== index && other.month < index === other.asOf < asOf && other.asOf !== asOf;
    hold("order", inOrder, () => `${month} as of ${asOf}, and ${nameOf(other.month)} as of ${other.asOf}`);
  }
  for (const table of Object.values(frozenTables)) {
    const place = placeOf({ table, as_of: asOf });
    const seal = after.seals.find((one) => placeOf(one) === place);
    holdEqual("whole", seal?.month, month, `the seal of ${place}`);
    const rows = after.frozen.get(table)?.get(asOf) ?? new Map<string, Cells>();
    holdFrozen("whole", rows, { files, month, table, seal }, month);
    if (model.sealed.get(place)?.run !== seal?.run) continue;
    holdRows("sealed", rows, before.frozen.get(table)?.get(asOf) ?? new Map(), `${place}, which was kept`);
  }
}

/**
 * A sealed snapshot holds the rows of its month's files; one that was adopted as others took it has them, and may have more.
 */
function holdFrozen(
  rule: Rule,
  rows: Rows,
  { files, month, table, seal }: { files: Delivery; month: string; table: string; seal: StandingSeal | undefined },
  where: string,
): void {
  const isAdopted = seal?.mode === "adopt";
  const columns = (seal?.columns ?? []).filter((name) => !isAdopted || name !== deliveredColumn);
  const wanted = inColumns(frozenOf(files, monthOf(month), table), columns);
  const there = [...inColumns(rows, columns)].filter(([user]) => !isAdopted || wanted.has(user));
  holdRows(rule, new Map(there), wanted, `${where}, ${table}${isAdopted ? ", adopted" : ""}`);
}

/**
 * Once the live tables hold a later month, or may, a parent is in the drop or in an older month's snapshots, those of the
 * same request too, which come first.
 */
function judgeParents({ held, mayRefuse }: Model, { month }: Finished, files: Delivery, after: Sight): void {
  const index = monthOf(month);
  const isPassed = mayRefuse || (typeof held === "number" && index < held);
  const older = new Set(standingDates(after).flatMap((one) => (one.month < index ? [one.asOf] : [])));
  const frozen = [...after.frozen.values()].flatMap((dates) =>
    [...dates].flatMap(([asOf, rows]) => (older.has(asOf) ? [...rows.keys()] : [])),
  );
  const elsewhere = isPassed ? frozen : [...(after.live.get("users")?.keys() ?? [])];
  const known = new Set([...(files.get("users")?.keys() ?? []), ...elsewhere]);
  for (const [table, rows] of files) {
    const orphans = [...rows.keys()].filter((user) => !known.has(user));
    holdEqual("backfill", orphans, [], `users of ${table} that ${month} could not know`);
  }
}

/** What no run published is as it was; no seal's rows change, and no seal goes, but by a lifting that is recorded. */
function judgeRest({ finished }: Ended, before: Sight, after: Sight): void {
  const published = new Set(finished.flatMap((end) => (end.status === "published" ? [end.as_of] : [])));
  for (const [table, dates] of before.frozen) {
    const now = after.frozen.get(table) ?? new Map();
    for (const asOf of new Set([...dates.keys(), ...now.keys()])) {
      if (!published.has(asOf)) holdEqual("whole", now.get(asOf), dates.get(asOf), `${table} as of ${asOf}`);
    }
  }
  const elsewhere = ({ seals }: Sight) => seals.filter((seal) => !published.has(seal.as_of));
  holdEqual("whole", elsewhere(after), elsewhere(before), "seals");
  judgeSeals(before, after);
}

/** Of any command of ours: a seal whose rows changed, or that is gone, was lifted. */
export function judgeSeals(before: Sight, after: Sight): void {
  for (const seal of before.seals) {
    const place = placeOf(seal);
    const rows = ({ frozen }: Sight) => frozen.get(seal.table)?.get(seal.as_of);
    const now = after.seals.find((one) => placeOf(one) === place);
    const isLifted = (after.lifted.get(place) ?? 0) > (before.lifted.get(place) ?? 0);
    if (isLifted) continue;
    holdEqual("sealed", rows(after), rows(before), place);
    holdEqual("sealed", now, seal, `the seal of ${place}`);
  }
}
