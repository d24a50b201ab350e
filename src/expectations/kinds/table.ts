import type { AnyNumber } from "../../core/exact-number.ts";
import { asNumber, type Limits, numberLimits, requireOrder, within } from "../plan/bounds.ts";
import { Bounds, type Entry, entry, StrictBounds } from "../plan/entry.ts";
import type { Answer, Finding, Known, Plan, Scope } from "../plan/plan.ts";
import { counted, q, relation, table } from "../plan/sql.ts";

/** A whole number, which a suite's parameters may have turned into text. */
const Whole = { value: ["number.integer", "|", [/^(?:0|-?[1-9]\d*)$/, "@", "a well-formed integer string"]] } as const;

/** Expectations on the table as a whole: its columns, and how many rows it has. */
export const tableExpectations: readonly Entry[] = [
  entry(
    "expect_column_to_exist",
    { column: "string > 0", "column_index?": "number.integer | null" },
    ({ column, column_index: index }, scope) => {
      const names = columnNames(scope);
      // Great Expectations takes an index of 0 for none given.
      return known({ success: index ? names.at(Number(index)) === column : names.includes(column) });
    },
  ),

  entry("expect_table_columns_to_match_ordered_list", { column_list: "string[] | null" }, (args, scope) =>
    known(matchOrder(columnNames(scope), args.column_list)),
  ),

  entry(
    "expect_table_columns_to_match_set",
    { column_set: "string[] | null", "exact_match?": "boolean | null" },
    ({ column_set: wanted, exact_match: exact }, scope) =>
      known(matchSet(columnNames(scope), wanted ?? [], exact === true)),
  ),

  entry("expect_table_column_count_to_equal", Whole, ({ value }, { shape }) =>
    known(within(shape.columns.length, exactlyThat(value))),
  ),

  entry("expect_table_column_count_to_be_between", Bounds, (args, { shape }) =>
    known(within(shape.columns.length, numberLimits(args, Number.isFinite))),
  ),

  entry("expect_table_row_count_to_equal", Whole, ({ value }, scope) =>
    rowCount(scope, (rows) => within(rows, exactlyThat(value))),
  ),

  entry("expect_table_row_count_to_be_between", StrictBounds, (args, scope) => {
    const limits = numberLimits(args, Number.isFinite);
    requireOrder(limits.min_value, limits.max_value);
    return rowCount(scope, (rows) => within(rows, limits));
  }),

  entry(
    "expect_table_row_count_to_equal_other_table",
    { other_table_name: "string > 0" },
    ({ other_table_name: name }, scope) => {
      const [own, other] = [counted(scope.rows), q`select count(*) as rows from ${table(scope.resolveTable(name))}`];
      if (scope.isTogether) return { kind: "aggregate", terms: [own, q`(${other})`], answer: sameCounts };
      // Of a table that is spread over servers a scan cannot count another one beside.
      const statement = q`select self.rows, other.rows from (select ${own} as rows from ${relation}) self cross join (${other}) other`;
      return { kind: "query", statement, answer: ([counts = []]) => sameCounts(counts) };
    },
  ),
];

function sameCounts(counts: readonly unknown[]): Answer {
  const [self = 0, other = 0] = counts.map(Number);
  return { success: self === other, observed: { self, other } };
}

function exactlyThat(value: AnyNumber | string): Limits {
  const number = asNumber(value);
  return { min_value: number, max_value: number };
}

function columnNames({ shape }: Scope): string[] {
  return shape.columns.map((column) => column.name);
}

function known(answer: Answer): Known {
  return { kind: "known", answer };
}

function rowCount(scope: Scope, answer: (rows: number) => Answer): Plan {
  return { kind: "aggregate", terms: [counted(scope.rows)], answer: ([count]) => answer(Number(count)) };
}

function matchOrder(found: string[], expected: string[] | null): Finding {
  const wanted = expected ?? found;
  const positions = Array.from({ length: Math.max(found.length, wanted.length) }, (_, position) => position);
  const mismatched = positions
    .filter((position) => found[position] !== wanted[position])
    .map((position) => ({
      "Expected Column Position": position,
      Expected: wanted[position] ?? null,
      Found: found[position] ?? null,
    }));
  const success = mismatched.length === 0;
  return { success, observed: found, ...(!success && { details: { mismatched } }) };
}

function matchSet(found: string[], wanted: string[], exact: boolean): Finding {
  const [has, wants] = [new Set(found), new Set(wanted)];
  const unexpected = [...has.difference(wants)].sort();
  const missing = [...wants.difference(has)].sort();
  if (unexpected.length === 0 && missing.length === 0) return { success: true, observed: found.toSorted() };
  const mismatched = { ...(unexpected.length > 0 && { unexpected }), ...(missing.length > 0 && { missing }) };
  return { success: !exact && missing.length === 0, observed: found.toSorted(), details: { mismatched } };
}
