import type { Column } from "../core/columns.ts";
import type { RowCheck, Scope } from "./plan.ts";
import { all, commas, name, q, relation, type Sql } from "./sql.ts";
import { comparable } from "./values.ts";

type Repeats = Pick<RowCheck, "expected" | "unexpected" | "counts" | "alone">;

/**
 * That no other row holds the same values in these columns; values of which one is NULL are like no others. The rows are
 * counted by groups: to look each row up among the repeated values costs far more once these are many. `judged` makes
 * the condition for the rows that are judged from those that say that each column holds a value.
 */
export function noRepeats(
  columns: readonly Column[],
  { rows }: Scope,
  judged: (present: readonly Sql[]) => Sql,
): Repeats {
  const keys = columns.map(comparable);
  const present = keys.map((key) => q`${key} is not null`);
  const where = all([...present, ...(rows === null ? [] : [rows])]);
  const repeated = q`select ${commas(keys)} from ${relation} where ${where} group by ${commas(keys)} having count(*) > 1`;
  const unexpected = q`(${commas(keys)}) in (${repeated})`;
  return { expected: q`not (${unexpected})`, unexpected, counts: countsOf(keys, rows, judged), alone: true };
}

function countsOf(keys: readonly Sql[], rows: Sql | null, judged: (present: readonly Sql[]) => Sql): Sql {
  const names = keys.map((_, at) => name(`v${at}`));
  const named = keys.map((key, at) => q`${key} as ${names[at] ?? key}`);
  const present = names.map((one) => q`${one} is not null`);
  const values = q`select ${commas(named)} from ${relation}${rows === null ? q`` : q` where ${rows}`}`;
  const groups = q`select ${commas(names)}, count(*) as times from (${values}) v group by ${commas(names)}`;
  return q`select coalesce(sum(times), 0),
                  coalesce(sum(times) filter (where ${judged(present)}), 0),
                  coalesce(sum(times) filter (where ${all([...present, q`times > 1`])}), 0)
             from (${groups}) g`;
}
