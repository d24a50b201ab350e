import type { Column } from "../../core/columns.ts";
import { bounded, ordered } from "../plan/bounds.ts";
import { columnMap, columnOf, type Entry } from "../plan/entry.ts";
import type { RowCheck, Scope } from "../plan/plan.ts";
import { all, commas, compared, name, type Operator, q, relation, type Sql, value } from "../plan/sql.ts";
import { comparable, familyOf, numeric, suiteError } from "../plan/values.ts";

/** Column map expectations that set a value against the column's other values. */
export const columnMapOrder: readonly Entry[] = [
  columnMap("expect_column_values_to_be_unique", {}, null, (column, _, scope) => noRepeats([column], scope, all)),

  columnMap(
    "expect_column_value_z_scores_to_be_less_than",
    { threshold: "number", double_sided: "boolean" },
    numeric,
    (column, { threshold, double_sided: doubleSided }, scope) => {
      const [subject, mean, deviation] = [name(column.name), fresh(scope, "mean"), fresh(scope, "deviation")];
      const score = q`((${subject} - ${mean}) / nullif(${deviation}, 0))`;
      const limit = value(familyOf(column) === "float" ? "float8" : "numeric", String(threshold));
      return {
        expected: doubleSided ? q`abs(${score}) < abs(${limit})` : q`${score} < ${limit}`,
        from: q`${relation} cross join (select avg(${subject}) as ${mean}, stddev_samp(${subject}) as ${deviation}
                  from ${relation} where ${scope.rows ?? q`true`}) moments`,
      };
    },
  ),

  columnMap(
    "expect_column_values_to_not_be_outliers",
    { "method?": "'iqr' | 'std'", "multiplier?": "number >= 0" },
    numeric,
    (column, { method = "iqr", multiplier = 1.5 }, scope) => {
      const [subject, low, high] = [name(column.name), fresh(scope, "low"), fresh(scope, "high")];
      const factor = value("float8", String(multiplier));
      const from = (bounds: Sql) => q`${relation} cross join (${bounds}) bounds`;
      const rows = q`from ${relation} where ${scope.rows ?? q`true`}`;
      if (method === "std") {
        const [mean, deviation] = [finite(q`avg(${subject}::float8)`), finite(q`stddev_samp(${subject}::float8)`)];
        return {
          // A value as far off as the threshold is one; where that is 0, the mean itself is none.
          expected: q`(${subject} = ${low} or abs(${subject} - ${low}) < ${high})`,
          from: from(
            q`select ${besides(column, mean)} as ${low}, ${besides(column, q`${factor} * ${deviation}`)} as ${high} ${rows}`,
          ),
        };
      }
      const quartile = (share: Sql) => finite(q`percentile_cont(${share}) within group (order by ${subject})`);
      const quartiles = q`select ${quartile(q`0.25`)} as a, ${quartile(q`0.75`)} as b ${rows}`;
      const [below, above] = [q`a - ${factor} * (b - a)`, q`b + ${factor} * (b - a)`];
      return {
        expected: q`(${subject} >= ${low} and ${subject} <= ${high})`,
        from: from(
          q`select ${besides(column, below)} as ${low}, ${besides(column, above)} as ${high} from (${quartiles}) quartiles`,
        ),
      };
    },
  ),

  monotonic("expect_column_values_to_be_increasing", ">=", ">"),
  monotonic("expect_column_values_to_be_decreasing", "<=", "<"),
];

const inNoOrder =
  "the rows of a table have no order, so that Great Expectations itself asks this of pandas alone; name the column that orders them";

/** Each value against the one before it, NULLs left out, in the order of another column and then of the key. */
function monotonic(type: string, operator: Operator, strict: Operator): Entry {
  return columnMap(
    type,
    { "order_by?": "string > 0", "strictly?": "boolean | null" },
    bounded,
    (column, args, scope) => {
      if (args.order_by === undefined) throw suiteError("order_by", inNoOrder);
      const key = scope.shape.columns.filter((one) => scope.shape.key.includes(one.name));
      const by = [columnOf(scope, "order_by", args.order_by), ...key].map(ordered);
      const before = fresh(scope, "before");
      const present = all([q`${name(column.name)} is not null`, scope.rows]);
      const rows = q`select *, lag(${ordered(column)}) over (order by ${commas(by)}) as ${before}
                   from ${relation} where ${present}`;
      // Rows that are NULL or out of scope are counted, though no value stands before theirs.
      const others = q`select *, null from ${relation} where not coalesce(${present}, false)`;
      return {
        expected: compared(ordered(column), args.strictly ? strict : operator, before),
        from: q`(${rows} union all ${others}) ordered`,
      };
    },
  );
}

/** NULL for an infinity and NaN, beside which there are no outliers. */
function finite(number: Sql): Sql {
  return q`nullif(nullif(nullif(${number}, 'NaN'), 'Infinity'), '-Infinity')`;
}

/** A float8 with all of its digits beside the column's values: an int8 has more than a float8 that it is compared with. */
function besides(column: Column, number: Sql): Sql {
  return familyOf(column) === "float" ? number : q`(${number})::text::numeric`;
}

/** A column name that the table does not have. */
function fresh({ shape }: Scope, wanted: string): Sql {
  let free = wanted;
  while (shape.columns.some((column) => column.name === free)) free += "_";
  return name(free);
}

/**
 * That no other row holds the same values in these columns; values of which one is NULL are like no others. The rows are
 * counted by groups: to look each row up among the repeated values costs far more once these are many. `judged` makes
 * the condition for the rows that are judged from those that say that each column holds a value.
 */
export function noRepeats(
  columns: readonly Column[],
  { rows }: Scope,
  judged: (present: readonly Sql[]) => Sql,
): Pick<RowCheck, "expected" | "unexpected" | "counts"> {
  const keys = columns.map(comparable);
  const where = all([...keys.map((key) => q`${key} is not null`), rows]);
  const repeated = q`select ${commas(keys)} from ${relation} where ${where} group by ${commas(keys)} having count(*) > 1`;
  const unexpected = q`(${commas(keys)}) in (${repeated})`;
  return { expected: q`not (${unexpected})`, unexpected, counts: countsOf(keys, rows, judged) };
}

function countsOf(keys: readonly Sql[], rows: Sql | null, judged: (present: readonly Sql[]) => Sql): Sql {
  const names = keys.map((_, at) => name(`v${at}`));
  const named = keys.map((key, at) => q`${key} as ${names[at] ?? key}`);
  const present = names.map((one) => q`${one} is not null`);
  const values = q`select ${commas(named)} from ${relation} where ${rows ?? q`true`}`;
  const groups = q`select ${commas(names)}, count(*) as times from (${values}) v group by ${commas(names)}`;
  return q`select coalesce(sum(times), 0),
                  coalesce(sum(times) filter (where ${judged(present)}), 0),
                  coalesce(sum(times) filter (where ${all([...present, q`times > 1`])}), 0)
             from (${groups}) g`;
}
