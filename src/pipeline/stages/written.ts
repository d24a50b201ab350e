import { ConsoleError } from "../../core/errors.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import type { TableCounts } from "../../core/messages/events.ts";
import { alteredSince } from "../../postgres/catalog/introspect.ts";
import { type MergeOutcome, type MergePlan, strayRows } from "../../postgres/live/merge.ts";
import {
  type Filled,
  fireDeferred,
  foreignRows,
  type Moment,
  onlyOurs,
  statesSince,
  tablesWithHooks,
} from "../../postgres/live/other-writers.ts";
import { outdated } from "../../postgres/live/stage.ts";
import { followsOthers, mayWait } from "../../postgres/live/waiting.ts";
import type { StageContext, Staged, StagedDrop } from "./context.ts";

/** A table that was published, with the plan by which that was done. */
interface Published extends Staged {
  plan: MergePlan;
  /** True when nobody else could write to the table. */
  locked: boolean;
}

/** What became of each table, and what went into the live ones, all planned after one moment: nothing for a backfill. */
export interface Upserted {
  since: Moment;
  published: Published[];
  counts: TableCounts[];
}

/** What the server says it wrote must be what was planned: a trigger may have skipped rows, or somebody removed some. */
export async function requireCounts(
  context: StageContext,
  { table, carried, plan }: Omit<Published, "locked">,
  done: MergeOutcome,
) {
  for (const deed of ["updated", "inserted"] as const) {
    if (done[deed] === plan[deed]) continue;
    const { rows, different, missing } = await strayRows(context.tx, table, carried);
    // What another table's rows took along is as it is to be by now.
    if (rows === 0 && followsOthers(table)) continue;
    const planned = `${formatCounted(plan[deed], "row")} ${plan[deed] === 1 ? "was" : "were"} to be ${deed}`;
    const what = `${planned}, ${formatCount(done[deed])} ${done[deed] === 1 ? "was" : "were"}`;
    const hasHooks = (await tablesWithHooks(context.tx, [table])).length > 0;
    const mayCircle = deed === "updated" && mayWait(table);
    const keys = different.length > 0 ? different : missing;
    throw notAsPlanned(table.name, what, keys, hasHooks, mayCircle ? circling(table.name) : "");
  }
}

/**
 * What is in the tables must be what was planned. Where the rows were written by nobody else, and nothing but our
 * statements has a say in what is written, their counts tell; else every row is held against the stage. `hasHooks` is true
 * where something else may have a say in it: then it is looked at last of all.
 */
export async function requireWritten({ tx }: StageContext, { since, published }: Upserted, hasHooks: boolean) {
  if (published.length === 0) return;
  if (hasHooks) await fireDeferred(tx);
  // What only we could write to is as our statements' own counts tell, unless something else had a say in them.
  const open = hasHooks ? published : published.filter(({ locked }) => !locked);
  if (open.length === 0) return;
  const states = await statesSince(
    tx,
    open.map(({ table }) => table),
    since,
  );
  for (const [index, { table, carried, plan }] of open.entries()) {
    const { rows, written } = states[index] ?? { rows: 0, written: true };
    const wanted = plan.live + plan.inserted;
    if (rows === wanted && !written && !hasHooks) continue;
    const strays = await strayRows(tx, table, carried);
    const isOne = strays.rows === 1;
    const isStray = `${formatCounted(strays.rows, "row")} ${isOne ? "is" : "are"} not live as the drop has`;
    const keys = [...strays.different, ...strays.missing];
    if (strays.rows > 0) throw notAsPlanned(table.name, `${isStray} ${isOne ? "it" : "them"}`, keys, hasHooks);
    if (rows === wanted) continue;
    const what = `${formatCounted(wanted, "row")} should be live, ${formatCount(rows)} are`;
    throw notAsPlanned(table.name, what, [], hasHooks);
  }
}

/**
 * Whether no transaction but the run's own ones can have changed anything since it began to stage: then nothing needs to be
 * looked through for the traces of others. Of tables that are spread over servers nobody knows.
 */
export async function isAlone(context: StageContext, { since, tables }: StagedDrop): Promise<boolean> {
  const { tx, prepared } = context;
  const writers = tables.flatMap(({ writer }) => writer ?? []);
  if (writers.length === 0) return false;
  const made = [...prepared.made.values()].filter(({ isDone }) => isDone);
  for (const one of await Promise.allSettled(made.map(({ done }) => done))) {
    const writer = one.status === "fulfilled" ? one.value.built?.writer : null;
    if (writer != null) writers.push(writer);
  }
  return onlyOurs(tx, since, writers);
}

/**
 * What was filled before the run's transaction, or beside it, others could have written to, had they a mind to. They are
 * kept out by now: each row must be of the one transaction that filled the table, and none be missing.
 */
export async function requireOwn({ tx }: StageContext, filled: readonly Filled[]): Promise<void> {
  for (const [index, others] of (await foreignRows(tx, filled)).entries()) {
    if (others > 0) throw stageWritten(filled[index]?.name ?? "", others);
  }
}

/**
 * Nobody alters by now what is locked, but somebody may have, after it was read how it is: then what was staged, or is to be
 * written, became something else on its way.
 */
export async function requireStageUnaltered(context: StageContext): Promise<void> {
  // The stage is outdated, too, where a live table was altered.
  await requireUnaltered(context);
  const [first] = await outdated(context.tx, context.tables);
  if (first !== undefined) throw altered(`${first.stage}.${first.name}`);
}

export async function requireUnaltered({ tx, tables }: StageContext): Promise<void> {
  const [first] = await alteredSince(
    tx,
    tables.flatMap(({ live, snapshot }) => (snapshot === null ? [live] : [live, snapshot.table])),
  );
  if (first !== undefined) throw altered(`${first.schema}.${first.name}`);
}

function altered(name: string): ConsoleError {
  return new ConsoleError("schema_mismatch", `${name} was altered while the run went on.`, {
    hint: "Nothing was published. Run the month again: it goes by the table as it is then.",
  });
}

export function stageWritten(name: string, others: number): ConsoleError {
  const rows = `${formatCounted(others, "row")} ${others === 1 ? "is" : "are"}`;
  return new ConsoleError(
    "not_as_planned",
    `stage.${name}: ${rows} not as the run left ${others === 1 ? "it" : "them"}.`,
    {
      hint: "Nothing was published. Another session wrote to the schema stage, which is the console's own: run the month again.",
    },
  );
}

function circling(name: string): string {
  return (
    " Or its rows exchange what is unique among them, which rows elsewhere that would go or change with theirs do not let them: " +
    `\`\\d ${name}\` in psql shows the constraint, which would have to be DEFERRABLE.`
  );
}

/** `keys` are those of the first rows in question, some of which may have been yet to come. */
export function notAsPlanned(
  name: string,
  what: string,
  keys: readonly string[],
  hasHooks: boolean,
  also = "",
): ConsoleError {
  const rows = keys.length === 0 ? "" : ` (${keys.slice(0, 5).join(", ")}${keys.length < 5 ? "" : ", …"})`;
  const cause = hasHooks
    ? `A trigger, a rule or a policy has a say in what is written to ${name}: \`\\d+ ${name}\` in psql lists them. ` +
      "Disable it for the time of the run, or mend it."
    : `Another session wrote to ${name} while the run went on. Run the month again when nobody else does.`;
  return new ConsoleError("not_as_planned", `${name}: ${what}${rows}.`, {
    hint: `Nothing was published. ${cause}${also}`,
  });
}
