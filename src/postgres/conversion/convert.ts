import { isDeepStrictEqual } from "node:util";
import { ConsoleError } from "../../core/errors.ts";
import type { ConvertedTable } from "../../core/messages/seals.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { partitionName } from "../snapshots/snapshots.ts";
import { commentsOn, define, definitionsOf, grantsOn, setComments, setGrants } from "./definitions.ts";
import { nameOf, type Target } from "./targets.ts";
import { dependentViews, dropViews, makeViews } from "./views.ts";

/** Partition tables that are locked and have no obstacles, each with a partition for every as_of that it holds. */
export async function convertTables(tx: Transaction, targets: readonly Target[]): Promise<ConvertedTable[]> {
  const views = await dependentViews(tx, targets);
  await dropViews(tx, views);
  const converted: ConvertedTable[] = [];
  for (const target of targets) converted.push(await convert(tx, target));
  await makeViews(tx, views);
  return converted;
}

/** The old table's name, while the new one is filled from it. */
const setAside = "snapshots_set_aside";

async function convert(tx: Transaction, target: Target): Promise<ConvertedTable> {
  const definitions = await definitionsOf(tx, target);
  const grants = await grantsOn(tx, target.oid);
  const comments = await commentsOn(tx, target);
  const before = await sumsByAsOf(tx, target);
  const old = { ...target, name: setAside };
  await tx`alter table ${nameOf(tx, target)} rename to ${tx(setAside)}`;
  await makePartitioned(tx, target, old, before);
  await tx`
    insert into ${nameOf(tx, target)} (${tx(target.columns)}) select ${tx(target.columns)} from ${nameOf(tx, old)}`;
  requireSame(target, before, await sumsByAsOf(tx, target));
  // By itself, so that the server refuses when there is something on it that nobody foresaw.
  await tx`drop table ${nameOf(tx, old)}`;
  await define(tx, target, definitions);
  await setGrants(tx, target, grants);
  await setComments(tx, target, comments);
  return { table: target.name, partitions: before.length, rows: before.reduce((sum, { rows }) => sum + rows, 0) };
}

/** The table under its own name, empty and without keys, and its partitions. */
async function makePartitioned(tx: Transaction, target: Target, old: Target, sums: readonly Sum[]): Promise<void> {
  const table = nameOf(tx, target);
  await tx`
    create table ${table} (like ${nameOf(tx, old)}
      including compression including constraints including defaults including storage)
    partition by list (${tx(target.asOf)})`;
  const parts = sums.map(({ asOf }) => ({ asOf, name: partitionName(target.name, asOf) }));
  for (const { asOf, name } of parts) {
    const day = tx.unsafe(`date '${asOf}'`);
    await tx`create table ${nameOf(tx, { ...target, name })} partition of ${table} for values in (${day})`;
  }
  for (const name of [target.name, ...parts.map((part) => part.name)]) {
    await tx`alter table ${nameOf(tx, { ...target, name })} owner to ${tx(target.owner)}`;
  }
}

function requireSame({ name }: Target, before: readonly Sum[], after: readonly Sum[]): void {
  if (isDeepStrictEqual(before, after)) return;
  const days = before.filter((sum) => !after.some((other) => isDeepStrictEqual(sum, other))).map(({ asOf }) => asOf);
  throw new ConsoleError("database_error", `${name} would not hold the same rows as before (${days.join(", ")}).`, {
    hint: "Nothing was changed. Look for what changes rows as they are written, such as an event trigger's work.",
  });
}

/** How many rows one as_of has, and the sum of the hashes of their text, which does not depend on their order. */
export interface Sum {
  asOf: string;
  rows: number;
  sum: string;
}

/** The sums of a table, by as_of. Unlike a seal they tell a numeric's scale, and cover every column there is. */
export async function sumsByAsOf(sql: Queryable, target: Target): Promise<Sum[]> {
  const asOf = sql(target.asOf);
  const rows = await sql<Sum[]>`
    select s.${asOf}::text as "asOf", count(*) as rows, sum(hashtextextended((s.*)::text collate "C", 0))::text as sum
      from ${nameOf(sql, target)} s group by s.${asOf} order by s.${asOf}`;
  return [...rows];
}
