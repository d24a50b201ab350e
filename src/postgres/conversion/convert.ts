import { isDeepStrictEqual } from "node:util";
import { ConsoleError } from "../../core/errors.ts";
import type { ConvertedTable } from "../../core/messages/seals.ts";
import type { Transaction } from "../connection/connect.ts";
import { qualified } from "../connection/fragments.ts";
import { partitionName } from "../snapshots/partitions.ts";
import { define, definitionsOf, grantsOn } from "./definitions.ts";
import type { Target } from "./targets.ts";
import { dependentViews } from "./views.ts";

/** Partition tables that are locked and have no obstacles, each with a partition for every as_of that it holds. */
export async function convertTables(tx: Transaction, targets: readonly Target[]): Promise<ConvertedTable[]> {
  const oids = targets.map(({ oid }) => oid);
  const views = await dependentViews(tx, oids);
  // Those that read others first; by name alone, so that nothing unforeseen goes with them.
  for (const view of views.toReversed()) await tx`drop view ${qualified(view)}`;
  const converted: ConvertedTable[] = [];
  for (const target of targets) converted.push(await convert(tx, target));
  for (const view of views) await define(tx, view);
  return converted;
}

/** The old table's name, while the new one is filled from it. */
const setAside = "snapshots_set_aside";

async function convert(tx: Transaction, target: Target): Promise<ConvertedTable> {
  const made = { ...target, definitions: await definitionsOf(tx, target), grants: await grantsOn(tx, target) };
  const before = await sumsByAsOf(tx, target);
  const [table, old] = [qualified(target), qualified({ ...target, name: setAside })];
  await tx`alter table ${table} rename to ${tx(setAside)}`;
  await tx`
    create table ${table} (like ${old}
      including compression including constraints including defaults including storage)
    partition by list (${tx(target.asOf)})`;
  await tx`alter table ${table} owner to ${tx(target.owner)}`;
  for (const { asOf } of before) {
    const partition = qualified({ ...target, name: partitionName({ ...target, distribution: null }, asOf) });
    await tx`create table ${partition} partition of ${table} for values in (${tx.unsafe(`date '${asOf}'`)})`;
    await tx`alter table ${partition} owner to ${tx(target.owner)}`;
  }
  await tx`insert into ${table} (${tx(target.columns)}) select ${tx(target.columns)} from ${old}`;
  requireSame(target, before, await sumsByAsOf(tx, target));
  // By itself, so that the server refuses when there is something on it that nobody foresaw.
  await tx`drop table ${old}`;
  await define(tx, made);
  return { table: target.name, partitions: before.length, rows: before.reduce((sum, { rows }) => sum + rows, 0) };
}

function requireSame({ name }: Target, before: readonly Sum[], after: readonly Sum[]): void {
  if (isDeepStrictEqual(before, after)) return;
  const days = before.filter((sum) => !after.some((other) => isDeepStrictEqual(sum, other))).map(({ asOf }) => asOf);
  throw new ConsoleError("database_error", `${name} would not hold the same rows as before (${days.join(", ")}).`, {
    hint: "Nothing was changed. Look for what changes rows as they are written, such as an event trigger's work.",
  });
}

/** How many rows one as_of has, and the sum of the hashes of their text, which does not depend on their order. */
interface Sum {
  asOf: string;
  rows: number;
  sum: string;
}

/** The sums of a table, by as_of. Unlike a seal they tell a numeric's scale, and cover every column there is. */
async function sumsByAsOf(tx: Transaction, target: Target): Promise<Sum[]> {
  const asOf = tx(target.asOf);
  const rows = await tx<Sum[]>`
    select s.${asOf}::text as "asOf", count(*) as rows, sum(hashtextextended((s.*)::text collate "C", 0))::text as sum
      from ${qualified(target)} s group by s.${asOf} order by s.${asOf}`;
  return [...rows];
}
