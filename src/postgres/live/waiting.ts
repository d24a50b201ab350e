import type { Column } from "../../core/columns.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import { isComputed } from "../catalog/introspect.ts";
import type { RuledTable } from "../catalog/ruled-tables.ts";
import type { ExclusionRule, UniqueRule } from "../catalog/rules.ts";
import { every, type Fragment, list, qualified, sql } from "../connection/fragments.ts";

/**
 * Rows that are right once all of them are written, and that PostgreSQL would refuse halfway: what is unique goes from one row
 * to another, or a foreign key leads to a row of the same table that is yet to come.
 */

type OrderedRule = UniqueRule | ExclusionRule;

/** Those that a row is held to as it is written. */
export function orderedRules({ live }: RuledTable): OrderedRule[] {
  return live.rules
    .filter((rule) => rule.kind === "unique" || rule.kind === "exclusion")
    .filter(({ isLate }) => !isLate);
}

function ownReferences({ live }: RuledTable) {
  return live.references.filter(
    ({ parent, isIdle }) => !isIdle && parent.name === live.name && parent.schema === live.schema,
  );
}

/** True where the order may matter in which rows are written, or some are by then what they are to be. */
export function mayWait(table: RuledTable): boolean {
  return orderedRules(table).length > 0 || ownReferences(table).length > 0 || followsOthers(table);
}

/** True where a value that changes in another table changes here with it. */
export function followsOthers({ live }: LoadTable): boolean {
  return live.references.some(({ follows }) => follows);
}

/** Of the staged row `s` and the live row `l` that it changes: what it takes is free, and what it refers to is there. */
export function waitsForNobody(table: RuledTable, carried: readonly string[]): Fragment {
  const { live } = table;
  const isOther = sql`(${list(live.key.map((name) => sql`o.${sql(name)}`))}) <> (${list(live.key.map((name) => sql`s.${sql(name)}`))})`;
  const isFree = orderedRules(table).map((rule) => {
    const [own, others] = [partsIn(rule, rowOf(table, carried)), partsIn(rule, rowOf(table, null))];
    const meets = rule.parts.map((_, at) => {
      const place = sql(`p${at}`);
      if (rule.kind === "exclusion") return sql`theirs.${place} ${sql.unsafe(rule.operators[at] ?? "=")} own.${place}`;
      return rule.nullsDistinct
        ? sql`theirs.${place} = own.${place}`
        : sql`theirs.${place} is not distinct from own.${place}`;
    });
    return sql`not exists (
      select from ${own} own, ${qualified(live)} o cross join lateral ${others} theirs
       where own.held and theirs.held and ${every(meets)} and ${isOther})`;
  });
  const isThere = ownReferences(table).map(({ columns, parentColumns }) => {
    const own = columns.map((name) => (carried.includes(name) ? sql`s.${sql(name)}` : sql`l.${sql(name)}`));
    const isNull = own.map((value) => sql`${value} is null`).reduce((all, one) => sql`${all} or ${one}`);
    const isSame = every(parentColumns.map((name, at) => sql`o.${sql(name)} = ${own[at] ?? sql`null`}`));
    return sql`(${isNull} or exists (select from ${qualified(live)} o where ${isSame}))`;
  });
  return sql`(${every([...isFree, ...isThere])})`;
}

/** What is unique of a row that goes round in a circle, set to NULL; null where a column has to have a value. */
export function lettingGo(table: RuledTable, carried: readonly string[]): Fragment | null {
  const names = letGoOf(table, carried);
  return names.length === 0 ? null : list(names.map((name) => sql`${sql(name)} = null`));
}

/** The columns that it lets go of. */
export function letGoOf(table: RuledTable, carried: readonly string[]): string[] {
  return [...new Set(orderedRules(table).flatMap((rule) => freeColumns(table, rule, carried)))];
}

/** True where a row can let go of what a rule has once: by a NULL in its place it has nothing that others may want. */
export function letsGo(table: RuledTable, rule: OrderedRule, carried: readonly string[]): boolean {
  const free = freeColumns(table, rule, carried);
  return rule.kind === "exclusion" ? free.length > 0 : free.some((name) => rule.plain.includes(name));
}

/** Where NULL is a value like others, it is unique as well. */
function freeColumns({ live }: RuledTable, rule: OrderedRule, carried: readonly string[]): string[] {
  if (rule.kind === "unique" && !rule.nullsDistinct) return [];
  const mayGo = ({ name, nullable }: Column) => nullable && carried.includes(name) && !live.key.includes(name);
  return live.columns.filter((column) => rule.columns.includes(column.name) && mayGo(column)).map(({ name }) => name);
}

function partsIn({ parts, condition }: OrderedRule, row: Fragment): Fragment {
  const values = parts.map((part, at) => sql`(${sql.unsafe(part)}) as ${sql(`p${at}`)}`);
  const isHeld = condition === null ? sql`true` : sql`(${sql.unsafe(condition)})`;
  return sql`(select ${list(values)}, ${isHeld} as held from ${row})`;
}

/** The live row as the staged one makes it; of another one as it is. */
function rowOf({ live }: RuledTable, carried: readonly string[] | null): Fragment {
  const stored = live.columns.flatMap(({ name }) => {
    if (carried !== null && isComputed(live, name)) return [sql`s.${sql(name)} as ${sql(name)}`];
    const from = carried === null ? sql`o` : carried.includes(name) ? sql`s` : sql`l`;
    return [sql`${from}.${sql(name)} as ${sql(name)}`];
  });
  return sql`(select ${list(stored)}) as ${sql(live.name)}`;
}
