import type { Queryable } from "../connection/connect.ts";
import { type Fragment, namesAsRows, sql, unionAll } from "../connection/fragments.ts";
import type { LoadTable, SnapshotTarget } from "./dataset-tables.ts";
import { dateOfPartition } from "./expressions.ts";
import { indexes, isOfTable } from "./index-rules.ts";
import type { CatalogTable } from "./introspect.ts";
import {
  type ColumnDetail,
  checks,
  detailsOfTable,
  domains,
  needed,
  type Rule,
  readingStored,
  ruleList,
} from "./rules.ts";

/** What a snapshot table, or one of its partitions, demands of a month's rows. */
export type FrozenRule = Rule & {
  /** The table, or its partition, that demands it. */
  of: string;
  /** Of a partition, the one date of its rows. */
  day: string | null;
  /** True where rows of other dates have nothing to do with it. */
  isOfDay: boolean;
};

/** A snapshot table with its rules, where the columns of a rule are those that a drop may say something of. */
export interface FrozenTable extends CatalogTable {
  details: ColumnDetail[];
  rules: FrozenRule[];
}

type Listed = Rule & Pick<FrozenRule, "of" | "day">;

interface Found {
  table: string;
  of: string;
  day: string | null;
  details: ColumnDetail[];
  rules: Rule[];
}

/** Of the partition `b`: what it has not of its table. */
const hasOwn = sql`(
  exists (select from pg_constraint k where k.conrelid = b.oid and k.contype in ('c', 'n', 'u', 'x') and k.coninhcount = 0)
  or exists (select from pg_index i where i.indrelid = b.oid and i.indisunique and not ${isOfTable(sql`i.indexrelid`)}))`;

/** What a partition has of its table is told as the table's. */
const rules = ruleList(
  unionAll([
    sql`${checks} and (not c.relispartition or k.coninhcount = 0)`,
    sql`${needed} and (not c.relispartition or exists (
      select from pg_constraint k where k.conrelid = c.oid and k.contype = 'n' and k.conkey = array[a.attnum] and k.coninhcount = 0))`,
    sql`${domains} where not c.relispartition`,
    sql`${indexes} and not ${isOfTable(sql`i.indexrelid`)}`,
  ]),
);

/** The snapshot tables of these tables with their rules, and with those that a partition has besides; in their order. */
export async function frozenTables(sql: Queryable, tables: readonly LoadTable[]): Promise<(FrozenTable | null)[]> {
  const targets = tables.flatMap(({ snapshot }) => snapshot?.table ?? []);
  const found = targets.length === 0 ? [] : await sql<Found[]>`${rulesOfFrozen(targets)}`;
  return tables.map(({ live, snapshot }) => {
    if (snapshot === null) return null;
    const own = found.filter(({ table }) => table === snapshot.table.name);
    const details = own.find(({ day }) => day === null)?.details ?? [];
    const all = own.flatMap(({ of, day, rules }) => rules.map((rule): Listed => ({ ...rule, of, day })));
    const rules = all
      .filter((rule) => !isHeldAnyway(rule, live, snapshot))
      .map((rule) => toFrozen(rule, snapshot, details));
    return { ...snapshot.table, details, rules };
  });
}

function rulesOfFrozen(targets: readonly CatalogTable[]): Fragment {
  return sql`
    select wanted.name as table, c.relname as of, p.day, ${detailsOfTable} as details, ${rules} as rules
      from ${namesAsRows(targets)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class t on t.relnamespace = n.oid and t.relname = wanted.name
     cross join lateral (
       select t.oid, null as day
        union all
       select b.oid, ${dateOfPartition(sql`b`)}
         from pg_inherits h join pg_class b on b.oid = h.inhrelid
        where h.inhparent = t.oid and b.relispartition and ${hasOwn}) p
      join pg_class c on c.oid = p.oid
     where p.oid = t.oid or p.day is not null`;
}

/** By the key of the live table, whose rows are those of each date; or by what a file, or the stamp, has to have. */
function isHeldAnyway(rule: Listed, live: CatalogTable, { columns }: SnapshotTarget): boolean {
  if (rule.kind === "unique") return live.key.every((name) => rule.plain.includes(name));
  const isNeeded = (name: string) => live.columns.some((column) => column.name === name && !column.nullable);
  return (
    rule.kind === "needed" && rule.columns.every((name) => isNeeded(name) || !columns.some((one) => one.name === name))
  );
}

/** The stamp is no column that a drop says something of, and rows that are to be frozen are new. */
function toFrozen(
  rule: Listed,
  { table, asOfColumn, deliveredColumn }: SnapshotTarget,
  details: ColumnDetail[],
): FrozenRule {
  const read = readingStored(rule, table.columns, details);
  const isOfDay = rule.day !== null || (rule.kind === "unique" && rule.plain.includes(asOfColumn));
  const columns = read.columns.filter((name) => name !== asOfColumn && name !== deliveredColumn);
  return { ...(read.kind === "check" ? { ...read, isValid: true } : read), columns, isOfDay };
}
