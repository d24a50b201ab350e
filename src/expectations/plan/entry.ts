import { type ArkErrors, requireMet, type type } from "../../core/checks.ts";
import type { Column } from "../../core/columns.ts";
import { type AnyNumber, approximated } from "../../core/exact-number.ts";
import { NoColumn } from "./no-column.ts";
import type { Plan, RowCheck, Scope } from "./plan.ts";
import { all, q, name as quoted, Sql, some } from "./sql.ts";
import { type Family, familyOf, inWords, suiteError } from "./values.ts";

/** One kind of expectation: its arguments as a schema, and what is asked of the table. */
export interface Entry {
  type: string;
  /** Arguments it takes, besides those that every expectation takes. */
  arguments: readonly string[];
  /** What they have to look like. */
  definition: object;
  /** Throws an `SuiteError`, naming the argument that is wrong. */
  compile(kwargs: Readonly<Record<string, unknown>>, scope: Scope): Plan;
}

/** Arguments that meet a schema, their numbers as they are written in the suite. */
type Written<Args> = Args extends number
  ? AnyNumber
  : Args extends readonly (infer Element)[]
    ? Written<Element>[]
    : Args extends object
      ? { [Name in keyof Args]: Written<Args[Name]> }
      : Args;

function define<Args>(name: string, definition: object, plan: (args: Written<Args>, scope: Scope) => Plan): Entry {
  const known = Object.keys(definition).map((argument) => argument.replace(/\?$/, ""));
  return {
    type: name,
    arguments: known,
    definition,
    compile(kwargs, scope) {
      const unknown = Object.keys(kwargs).find((key) => !known.includes(key));
      if (unknown !== undefined) throw suiteError(unknown, `there is no such argument; it takes ${known.join(", ")}`);
      requireMet(definition, approximated(kwargs), wrongArgument);
      return plan(kwargs as Written<Args>, scope);
    },
  };
}

function wrongArgument(errors: ArkErrors) {
  const [first] = errors;
  const argument = first?.path[0];
  return suiteError(
    argument === undefined ? null : String(argument),
    (first?.message ?? errors.summary).replaceAll("\n", "; "),
  );
}

/** Define an expectation: one small declarative entry of the registry. */
export function entry<const Args extends object>(
  name: string,
  args: type.validate<Args>,
  plan: (args: Written<type.infer<Args>>, scope: Scope) => Plan,
): Entry {
  return define<type.infer<Args>>(name, args as object, plan);
}

const OnColumn = { column: "string > 0" } as const;
export const Mostly = { "mostly?": "0 <= number <= 1" } as const;

/** An expectation on one column, of these families unless of any; `own` are its arguments besides `column`. */
export function onColumn<const Own extends object>(
  name: string,
  own: type.validate<Own>,
  accepts: readonly Family[] | null,
  plan: (column: Column, args: Written<type.infer<Own>>, scope: Scope) => Plan,
): Entry {
  const definition = { ...OnColumn, ...(own as object) };
  return define<type.infer<typeof OnColumn> & type.infer<Own>>(name, definition, (args, scope) =>
    plan(columnOf(scope, "column", args.column, accepts), args, scope),
  );
}

/**
 * An expectation on each value of a column, NULLs left out; `own` are its arguments besides `column` and `mostly`. What it
 * expects is NULL where the column is: the screen finds NULLs by that.
 */
export function columnMap<const Own extends object>(
  name: string,
  own: type.validate<Own>,
  accepts: readonly Family[] | null,
  expect: (column: Column, args: Written<type.infer<Own>>, scope: Scope) => Expected,
): Entry {
  const definition = { ...OnColumn, ...Mostly, ...(own as object) };
  type Args = type.infer<typeof OnColumn> & type.infer<typeof Mostly> & type.infer<Own>;
  return define<Args>(name, definition, (args, scope) => {
    const column = columnOf(scope, "column", args.column, accepts);
    return rowCheck("value", [column], null, args.mostly, expect(column, args, scope));
  });
}

const OnRowsOfPair = {
  column_A: "string > 0",
  column_B: "string > 0",
  ...Mostly,
  "ignore_row_if?": "'both_values_are_missing' | 'either_value_is_missing' | 'neither'",
} as const;

/** An expectation on the values that a row has in two columns. */
export function columnPairMap<const Own extends object>(
  name: string,
  own: type.validate<Own>,
  expect: (a: Column, b: Column, args: Written<type.infer<Own>>) => Sql,
): Entry {
  type Args = type.infer<typeof OnRowsOfPair> & type.infer<Own>;
  return define<Args>(name, { ...OnRowsOfPair, ...(own as object) }, (args, scope) => {
    const a = columnOf(scope, "column_A", args.column_A);
    const b = columnOf(scope, "column_B", args.column_B);
    const judged = judgedIf[args.ignore_row_if ?? "both_values_are_missing"](present([a, b]));
    return rowCheck("pair", [a, b], judged, args.mostly, expect(a, b, args));
  });
}

const OnRowsOfColumns = {
  column_list: "string[] >= 1",
  ...Mostly,
  "ignore_row_if?": "'all_values_are_missing' | 'any_value_is_missing' | 'never'",
} as const;

/** An expectation on the values that a row has in several columns; `judge` makes the condition for rows that are judged. */
export function multicolumnMap<const Own extends object>(
  name: string,
  own: type.validate<Own>,
  accepts: readonly Family[] | null,
  expect: (columns: Column[], args: Written<type.infer<Own>>, scope: Scope, judge: Judge) => Expected,
): Entry {
  type Args = type.infer<typeof OnRowsOfColumns> & type.infer<Own>;
  return define<Args>(name, { ...OnRowsOfColumns, ...(own as object) }, (args, scope) => {
    const columns = args.column_list.map((column) => columnOf(scope, "column_list", column, accepts));
    const judge = judgedIf[args.ignore_row_if ?? "all_values_are_missing"];
    return rowCheck("record", columns, judge(present(columns)), args.mostly, expect(columns, args, scope, judge));
  });
}

/** The condition for the rows that are judged, of those that say that each column holds a value. */
type Judge = (present: readonly Sql[]) => Sql;

/** By `ignore_row_if`. */
const judgedIf = {
  both_values_are_missing: some,
  all_values_are_missing: some,
  either_value_is_missing: all,
  any_value_is_missing: all,
  neither: () => q`true`,
  never: () => q`true`,
} satisfies Record<string, Judge>;

function present(columns: readonly Column[]): Sql[] {
  return columns.map((column) => q`${quoted(column.name)} is not null`);
}

/** What is expected of a row: a condition, alone or with whatever else a check has. */
type Expected = Sql | ({ expected: Sql } & Partial<RowCheck>);

function rowCheck(
  show: RowCheck["show"],
  columns: readonly Column[],
  judged: Sql | null,
  mostly: AnyNumber = 1,
  expected: Expected,
): RowCheck {
  const names = columns.map((column) => column.name);
  const rest = expected instanceof Sql ? { expected } : expected;
  return { kind: "rows", show, columns: names, judged, mostly: Number(mostly), ...rest };
}

/** A bound may be a number, or a date, a time or a text in quotes. */
const Comparable = "number | string | null";
export const Bounds = { "min_value?": Comparable, "max_value?": Comparable } as const;
export const StrictBounds = { ...Bounds, "strict_min?": "boolean | null", "strict_max?": "boolean | null" } as const;

/** The column that an argument names. Throws when the table lacks it or holds another kind of value. */
export function columnOf(
  { shape }: Scope,
  argument: string,
  name: string,
  accepts: readonly Family[] | null = null,
): Column {
  const column = shape.columns.find((one) => one.name === name);
  if (column === undefined) throw new NoColumn(argument, shape, name);
  if (accepts !== null && !accepts.includes(familyOf(column))) {
    throw suiteError(argument, `${name} is ${column.type}; this expectation is for ${inWords(accepts)} columns`);
  }
  return column;
}
