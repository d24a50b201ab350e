import { type ConsoleError, codeOf } from "../../core/errors.ts";
import { formerStageOf, usualStage } from "../../core/naming/schemas.ts";
import { areDistributed, type LoadTable, stageSchemaOf, twinOf } from "../catalog/dataset-tables.ts";
import { distributeLike, distributionColumn, spreadLongNames } from "../catalog/distribution.ts";
import type { TableName } from "../catalog/introspect.ts";
import { makeSchema } from "../catalog/migrate.ts";
import { usurperInStage } from "../catalog/relation-kind.ts";
import { transact } from "../connection/attempt.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { type Fragment, list, namesAsRows, qualified, sql } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import { recipient } from "../connection/role.ts";
import { publishedInStage } from "../ledger/ownership.ts";
import { partitionStem } from "../snapshots/partitions.ts";
import { isFrozen } from "../snapshots/snapshots.ts";
import { holdRows } from "./live-rows.ts";

/**
 * Make the stage: for each table an unlogged twin of the live one, kept from run to run and empty between runs.
 * A twin that no longer has the live table's columns, to which others added rules of its own, or that an earlier release
 * made, is made anew.
 */
export async function prepareStage(sql: Queryable, tables: readonly LoadTable[]): Promise<void> {
  const toMake = await outdated(sql, tables);
  if (toMake.length === 0) return;
  const stage = stageSchemaOf(tables);
  const taken = await publishedInStage(
    sql,
    stage,
    toMake.map(({ name }) => name),
  );
  if (taken !== null) throw taken;
  const making = transact(sql, async (tx) => {
    await spreadLongNames(
      tx,
      toMake.map(({ live }) => live),
    );
    await makeSchema(tx, stage);
    // Of one owner, whoever makes them: the next one has to make them anew, perhaps.
    const [schema] = await tx<{ keeper: string | null }[]>`
      select ${recipient(sql`n.nspowner`, sql`n.oid`)} as keeper from pg_namespace n where n.nspname = ${stage}`;
    const keeper = schema?.keeper ?? null;
    // Without waiting for each: while code is being loaded nothing is heard of the server, and it would wait in turn.
    await Promise.all(toMake.flatMap((table) => makingOf(tx, table)));
    for (const { name, live } of toMake) await distributeLike(tx, { schema: stage, name }, live);
    if (keeper === null) return;
    await Promise.all(toMake.map((table) => tx`alter table ${twinOf(table)} owner to ${tx(keeper)}`));
  });
  await making.catch(async (thrown) => {
    throw (codeOf(thrown).startsWith("42") ? await strangerInStage(sql, toMake) : null) ?? thrown;
  });
}

/** Something else that bears a twin's name, or the table of another dataset; null where there is none. */
export async function strangerInStage(sql: Queryable, tables: readonly LoadTable[]): Promise<ConsoleError | null> {
  const names = tables.map(({ name }) => name);
  const stage = stageSchemaOf(tables);
  return (await usurperInStage(sql, stage, names)) ?? publishedInStage(sql, stage, names);
}

function makingOf(tx: Transaction, table: LoadTable): PromiseLike<unknown>[] {
  const twin = twinOf(table);
  return [
    tx`drop table if exists ${twin}`,
    // What a run has just staged is nothing to vacuum or analyze: emptying it would have to wait for that.
    tx`create unlogged table ${twin} (like ${qualified(table.live)} including generated) with (autovacuum_enabled = false)`,
    ...table.live.selfFilling.map((name) => tx`alter table ${twin} alter column ${tx(name)} drop not null`),
  ];
}

/** The tables whose twin is not there as it was made. */
export async function outdated(sql: Queryable, tables: readonly LoadTable[]): Promise<LoadTable[]> {
  const found = await sql<{ name: string }[]>`${outdatedTwins(tables)}`;
  return tables.filter(({ name }) => found.some((one) => one.name === name));
}

/** The tables, by their `name`, whose twin is to be made, or made anew. */
export function outdatedTwins(tables: readonly LoadTable[]): Fragment {
  const stage = stageSchemaOf(tables);
  // Where it would not lie beside the live table, the two could not be joined.
  const isElsewhere = areDistributed(tables)
    ? sql`${groupOf(sql`schema`)} is distinct from ${groupOf(sql`${stage}::text`)}`
    : sql`false`;
  return sql`
    select name from ${namesAsRows(tables.map(({ live }) => live))}
     where ${isElsewhere} or ${columnTypes(sql`schema`)} is distinct from ${columnTypes(sql`${stage}::text`)}
        or not exists (select from pg_class c where c.oid = ${relationIn(sql`${stage}::text`)} and ${isPlain})`;
}

/**
 * Whether the table `c` is as it was made: what others add to it would have a say in what is staged. Of triggers those that
 * fire for its rows (bits 4, 8 and 16 in pg_trigger.h), and not when it is emptied.
 */
const isPlain = sql`
  'autovacuum_enabled=false' = any(c.reloptions) and c.relpersistence = 'u'
  and not (c.relrowsecurity or c.relhasrules or c.relhassubclass)
  and not exists (select from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal and g.tgtype & 28 <> 0)
  and not exists (select from pg_index i where i.indrelid = c.oid)
  and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n')
  and not exists (select from pg_attribute a where a.attrelid = c.oid and a.atthasdef and a.attgenerated = '')`;

/**
 * What a twin has to have: the columns of the table called `name`, their types, what they are computed by, and where NULL is
 * allowed. What fills itself in the table is NULL in the twin where a file leaves it out.
 */
function columnTypes(schema: Fragment): Fragment {
  return sql`(
    select json_agg(json_build_array(a.attname, a.atttypid, a.atttypmod,
             a.attnotnull and not a.atthasdef and a.attidentity = '',
             case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end) order by a.attnum)::text
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = ${relationIn(schema)} and a.attnum > 0 and not a.attisdropped)`;
}

/** By what, and beside which others, Citus distributed the table called `name`; NULL where it did not. */
function groupOf(schema: Fragment): Fragment {
  return sql`(
    select json_build_array(d.colocationid, ${distributionColumn})::text
      from pg_catalog.pg_dist_partition d where d.logicalrelid = ${relationIn(schema)})`;
}

/** The oid of the table called `name`. That `to_regclass` tells nobody who may not use the schema. */
function relationIn(schema: Fragment): Fragment {
  return sql`(
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ${schema} and c.relname = name)`;
}

/** What is in the stage: twins that hold rows, and what was built to become a partition. */
export interface InStage {
  full: readonly TableName[];
  built: readonly TableName[];
}

export async function foundInStage(sql: Queryable, tables: readonly LoadTable[]): Promise<InStage> {
  const names = tables.map(({ name }) => name);
  const stems = tables.filter(isFrozen).map(({ snapshot }) => partitionStem(snapshot.table));
  const there = await sql<(TableName & { isTwin: boolean })[]>`
    select n.nspname as schema, c.relname as name, c.relname = any(${names}::text[]) as "isTwin"
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where (n.nspname = ${stageSchemaOf(tables)} or ${isFormer(tables)}) and c.relkind = 'r'
       and case when c.relname = any(${names}::text[]) then ${mayBeTwin}
                else c.relname ~ '_\\d{8}$' and left(c.relname, -9) = any(${stems}::text[]) end
       and not ${isOfDataset(tables)}
     order by 2`;
  const twins = there.filter(({ isTwin }) => isTwin);
  const isFull = twins.length === 0 ? [] : await holdRows(sql, twins);
  return { full: twins.filter((_, index) => isFull[index]), built: there.filter(({ isTwin }) => !isTwin) };
}

/** Whether an earlier release staged this dataset in the schema `n`, whose table `c` is ours to empty. */
function isFormer([first]: readonly LoadTable[]): Fragment {
  if (first === undefined) return sql`false`;
  const { dataset } = first;
  return sql`(
    n.nspname = ${formerStageOf(dataset)} and pg_has_role(c.relowner, 'usage')
      and (n.nspname <> ${usualStage} or not exists (select from console.runs r where r.dataset <> ${dataset})))`;
}

/** Whether `c` is one of the dataset's own tables, or a part of one, wherever they lie. */
function isOfDataset(tables: readonly LoadTable[]): Fragment {
  const own = tables.flatMap(({ live, snapshot }) => [live, ...(snapshot === null ? [] : [snapshot.table])]);
  return sql`(c.relispartition or (n.nspname, c.relname) in (select schema, name from ${namesAsRows(own)}))`;
}

/** Whether `c` may be a twin: every release made them UNLOGGED and without a key, which each live table has. */
const mayBeTwin = sql`(
  c.relpersistence = 'u' and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary))`;

/** How long others that read the stage, such as a dump of the database, are waited for. */
const lockPatience = "1s";

/** Empty the stage after a run, unless somebody reads it for long: then the next run does it. */
export async function leaveStageEmpty(tx: Transaction, tables: readonly LoadTable[]): Promise<void> {
  await empty(tx, await foundAtOnce(tx, tables));
}

/** The same in two steps, the second of which may be of a part of what was found. */
export async function foundAtOnce(tx: Transaction, tables: readonly LoadTable[]): Promise<InStage> {
  const [, found] = await Promise.all([waitForLocks(tx, lockPatience), foundInStage(tx, tables)]);
  return found;
}

export async function leaveEmpty(tx: Transaction, found: InStage): Promise<void> {
  await Promise.all([waitForLocks(tx, lockPatience), empty(tx, found)]);
}

/** Empty the stage, whatever a run left that did not come to its end. */
export async function emptyStage(sql: Queryable, tables: readonly LoadTable[]): Promise<void> {
  await empty(sql, await foundInStage(sql, tables));
}

async function empty(sql: Queryable, { full, built }: InStage): Promise<void> {
  // A truncated table gets new files, which costs more than to look first.
  if (full.length > 0) await sql`truncate ${list(full.map(qualified))}`;
  if (built.length > 0) await sql`drop table ${list(built.map(qualified))}`;
}

/** Statement that receives a CSV file's rows, without header, into the stage; columns in the file's order. */
export function copyIntoStage(tx: Queryable, table: LoadTable, columns: readonly string[]) {
  return tx`copy ${twinOf(table)} (${tx([...columns])}) from stdin (format csv)`;
}
