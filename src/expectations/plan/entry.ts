import { type ArkErrors, requireMet, type type } from "../../core/checks.ts";
import type { Column } from "../../core/columns.ts";
import type { Plan, Scope } from "./plan.ts";
import { type Family, familyOf, suiteError } from "./values.ts";

/** One kind of expectation: its arguments as a schema, and what is asked of the table. */
export interface Entry {
  type: string;
  /** Arguments it takes, besides those that every expectation takes. */
  arguments: readonly string[];
  /** Throws `suite_invalid`, naming the argument that is wrong. */
  compile(kwargs: Readonly<Record<string, unknown>>, scope: Scope): Plan;
}

/**
 * Define an expectation: one small declarative entry of the registry. `args` is what its arguments must be.
 */
export function entry<const Args extends object>(
  name: string,
  args: type.validate<Args>,
  plan: (args: type.infer<Args>, scope: Scope) => Plan,
): Entry {
  const known = Object.keys(args as Args).map((argument) => argument.replace(/\?$/, ""));
  return {
    type: name,
    arguments: known,
    compile(kwargs, scope) {
      const unknown = Object.keys(kwargs).find((key) => !known.includes(key));
      if (unknown !== undefined) throw suiteError(unknown, `there is no such argument; it takes ${known.join(", ")}`);
      requireMet(args, kwargs, wrong);
      return plan(kwargs as type.infer<Args>, scope);
    },
  };
}

function wrong(errors: ArkErrors) {
  const [first] = errors;
  const argument = first?.path[0];
  return suiteError(
    argument === undefined ? null : String(argument),
    (first?.message ?? errors.summary).replaceAll("\n", "; "),
  );
}

/** Arguments of the groups, named as Great Expectations names them. */
const Mostly = "0 <= number <= 1";
export const OnColumn = { column: "string > 0" } as const;
export const OnRowsOfColumn = { ...OnColumn, "mostly?": Mostly } as const;
export const OnPair = { column_A: "string > 0", column_B: "string > 0" } as const;
export const OnRowsOfPair = {
  ...OnPair,
  "mostly?": Mostly,
  "ignore_row_if?": "'both_values_are_missing' | 'either_value_is_missing' | 'neither'",
} as const;
export const OnRowsOfColumns = {
  column_list: "string[] >= 1",
  "mostly?": Mostly,
  "ignore_row_if?": "'all_values_are_missing' | 'any_value_is_missing' | 'never'",
} as const;
export const OnTable = {} as const;

/** A bound may be a number, or a date, a time or a text in quotes. */
export const Comparable = "number | string | null";
export const Bounds = { "min_value?": Comparable, "max_value?": Comparable } as const;
export const StrictBounds = { ...Bounds, "strict_min?": "boolean | null", "strict_max?": "boolean | null" } as const;

/** The column that an argument names. Throws when the table lacks it or holds another kind of value. */
export function columnOf({ shape }: Scope, argument: string, name: string, accepts?: readonly Family[]): Column {
  const column = shape.columns.find((one) => one.name === name);
  if (column === undefined) {
    const has = shape.columns.map((one) => one.name).join(", ");
    throw suiteError(argument, `table ${shape.name} has no column "${name}"; it has ${has}`);
  }
  // The driver would take what stands before the dot for a table.
  if (name.includes(".")) throw suiteError(argument, `column names with a dot, such as "${name}", cannot be used`);
  if (accepts !== undefined && !accepts.includes(familyOf(column))) {
    throw suiteError(argument, `${name} is ${column.type}; this expectation is for ${kinds(accepts)} columns`);
  }
  return column;
}

function kinds(families: readonly Family[]): string {
  const words: Record<Family, string> = {
    integer: "number",
    numeric: "number",
    float: "number",
    text: "text",
    bool: "boolean",
    date: "date",
    timestamp: "time",
    timestamptz: "time",
    other: "other",
  };
  return [...new Set(families.map((family) => words[family]))].join(", ");
}
