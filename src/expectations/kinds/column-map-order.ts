import type { type } from "../../core/checks.ts";
import type { Column } from "../../core/columns.ts";
import { bounded, ordered } from "../plan/bounds.ts";
import { columnOf, type Entry, entry, OnRowsOfColumn } from "../plan/entry.ts";
import type { Plan, RowCheck, Scope } from "../plan/plan.ts";
import { rowCheck } from "../plan/row-check.ts";
import { all, commas, name, q, relation, type Sql, value } from "../plan/sql.ts";
import { comparable, familyOf, numeric } from "../plan/values.ts";

const Ordered = { ...OnRowsOfColumn, order_by: "string > 0", "strictly?": "boolean | null" } as const;

/** Column map expectations that set a value against the column's other values. */
export const columnMapOrder: readonly Entry[] = [
  entry("expect_column_values_to_be_unique", OnRowsOfColumn, ({ column, mostly }, scope) => {
    const subject = columnOf(scope, "column", column);
    const { expected, ...rest } = noRepeats([subject], scope, all);
    return rowCheck(subject, mostly, expected, rest);
  }),

  entry(
    "expect_column_value_z_scores_to_be_less_than",
    { ...OnRowsOfColumn, threshold: "number", double_sided: "boolean" },
    ({ column, mostly, threshold, double_sided: doubleSided }, scope) => {
      const subject = columnOf(scope, "column", column, numeric);
      const [mean, deviation] = [fresh(scope, "mean"), fresh(scope, "deviation")];
      const score = q`((${name(column)} - ${mean}) / nullif(${deviation}, 0))`;
      const limit = value(familyOf(subject) === "float" ? "float8" : "numeric", String(threshold));
      return rowCheck(subject, mostly, doubleSided ? q`abs(${score}) < abs(${limit})` : q`${score} < ${limit}`, {
        alone: true,
        from: q`${relation} cross join (select avg(${name(column)}) as ${mean}, stddev_samp(${name(column)}) as ${deviation}
                  from ${relation} where ${scope.rows ?? q`true`}) moments`,
        obstacle: {
          rows: q`count(*) filter (where ${deviation} = 0)`,
          exception: "division by zero: all values are the same, so that there is no z-score",
        },
      });
    },
  ),

  entry("expect_column_values_to_be_increasing", Ordered, (args, scope) =>
    monotonic(
      args,
      scope,
      args.strictly ? (now, before) => q`${now} > ${before}` : (now, before) => q`${now} >= ${before}`,
    ),
  ),

  entry("expect_column_values_to_be_decreasing", Ordered, (args, scope) =>
    monotonic(
      args,
      scope,
      args.strictly ? (now, before) => q`${now} < ${before}` : (now, before) => q`${now} <= ${before}`,
    ),
  ),
];

/** Each value against the one before it, NULLs left out, in the order of another column and then of the key. */
function monotonic(args: type.infer<typeof Ordered>, scope: Scope, compare: (now: Sql, before: Sql) => Sql): Plan {
  const subject = columnOf(scope, "column", args.column, bounded);
  const by = [columnOf(scope, "order_by", args.order_by), ...keyOf(scope)].map((column) => name(column.name));
  const before = fresh(scope, "before");
  const rows = q`select *, lag(${ordered(subject)}) over (order by ${commas(by)}) as ${before}
                   from ${relation} where ${present(name(args.column), scope)}`;
  // Rows that are NULL or out of scope are counted, though no value stands before theirs.
  const others = q`select *, null from ${relation} where not coalesce(${present(name(args.column), scope)}, false)`;
  return rowCheck(subject, args.mostly, compare(ordered(subject), before), {
    alone: true,
    from: q`(${rows} union all ${others}) ordered`,
  });
}

function keyOf({ shape }: Scope): Column[] {
  return shape.columns.filter((column) => shape.key.includes(column.name));
}

function present(column: Sql, { rows }: Scope): Sql {
  return all([q`${column} is not null`, ...(rows === null ? [] : [rows])]);
}

/** A column name that the table does not have. */
function fresh({ shape }: Scope, wanted: string): Sql {
  let free = wanted;
  while (shape.columns.some((column) => column.name === free)) free += "_";
  return name(free);
}

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
