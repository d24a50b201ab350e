import type { Queryable } from "../postgres/connect.ts";
import type { Fragment } from "../postgres/fragments.ts";
import type { TableName } from "../postgres/introspect.ts";
import { reserved } from "./reserved-words.ts";

/**
 * SQL as data. A condition is compiled once and then both run, with the driver's quoting and parameters, and shown to
 * the user as text that can be pasted into psql.
 */
export class Sql {
  /** Parameters that running it takes. */
  readonly values: number;

  constructor(
    readonly strings: TemplateStringsArray,
    readonly parts: readonly Part[],
  ) {
    this.values = parts.reduce((count, part) => count + parametersOf(part), 0);
  }
}

function parametersOf(part: Part): number {
  if (part instanceof Sql) return part.values;
  return part.kind === "value" || part.kind === "list" ? 1 : 0;
}

/** The table under test; which one it is is known when the SQL is run or shown. */
export const relation = { kind: "relation" } as const;

type Part =
  | Sql
  | typeof relation
  | { kind: "table"; table: TableName }
  | { kind: "name"; name: string }
  /** SQL that a suite's author wrote. */
  | { kind: "foreign"; text: string }
  | { kind: "value"; type: ElementType; value: string }
  | { kind: "list"; type: ElementType; values: readonly string[] };

/** SQL whose interpolations are other SQL, names and values. */
export function q(strings: TemplateStringsArray, ...parts: Part[]): Sql {
  return new Sql(strings, parts);
}

export function name(text: string): Sql {
  return q`${{ kind: "name", name: text }}`;
}

/** SQL that somebody else wrote, word for word; only for what is run where nothing can be written. */
export function foreign(text: string): Sql {
  return q`${{ kind: "foreign", text }}`;
}

export function table(target: TableName): Sql {
  return q`${{ kind: "table", table: target }}`;
}

/** A value in the text form that PostgreSQL reads for its type. */
export function value(type: ElementType, text: string): Sql {
  return q`${{ kind: "value", type, value: text }}`;
}

/** An array of such values: one parameter, however many there are. */
export function list(type: ElementType, texts: readonly string[]): Sql {
  return q`${{ kind: "list", type, values: texts }}`;
}

export type ElementType = "text" | "bool" | "int8" | "numeric" | "float8" | "date" | "timestamp" | "timestamptz";

type Runner = (sql: Queryable, text: string) => Fragment;

const singles: Record<ElementType, Runner> = {
  text: (sql, text) => sql`${text}::text`,
  bool: (sql, text) => sql`${text}::text::bool`,
  int8: (sql, text) => sql`${text}::int8`,
  numeric: (sql, text) => sql`${text}::numeric`,
  float8: (sql, text) => sql`${text}::float8`,
  date: (sql, text) => sql`${text}::date`,
  timestamp: (sql, text) => sql`${text}::timestamp`,
  timestamptz: (sql, text) => sql`${text}::timestamptz`,
};

const arrays: Record<ElementType, Runner> = {
  text: (sql, text) => sql`${text}::text[]`,
  bool: (sql, text) => sql`${text}::bool[]`,
  int8: (sql, text) => sql`${text}::int8[]`,
  numeric: (sql, text) => sql`${text}::numeric[]`,
  float8: (sql, text) => sql`${text}::float8[]`,
  date: (sql, text) => sql`${text}::date[]`,
  timestamp: (sql, text) => sql`${text}::timestamp[]`,
  timestamptz: (sql, text) => sql`${text}::timestamptz[]`,
};

function arrayText(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}

/** The SQL as a statement or a piece of one, for the driver. */
export function toFragment(sql: Queryable, piece: Sql, under: TableName): Fragment {
  const parts = piece.parts.map((part) => {
    if (part instanceof Sql) return toFragment(sql, part, under);
    if (part.kind === "name") return sql(part.name);
    if (part.kind === "foreign") return sql.unsafe(part.text);
    if (part.kind === "value") return singles[part.type](sql, part.value);
    if (part.kind === "list") return arrays[part.type](sql, arrayText(part.values));
    const { schema, name } = part.kind === "table" ? part.table : under;
    return sql`${sql(schema)}.${sql(name)}`;
  });
  return sql(piece.strings, ...parts);
}

/** The SQL as text for people, quoted so that it can be pasted. `under` is how the table is called there. */
export function toText(piece: Sql, under: string): string {
  return piece.strings.reduce((text, next, index) => text + partText(piece.parts[index - 1], under) + next);
}

function partText(part: Part | undefined, under: string): string {
  if (part === undefined) return "";
  if (part instanceof Sql) return toText(part, under);
  if (part.kind === "relation") return under;
  if (part.kind === "table") return `${quoteName(part.table.schema)}.${quoteName(part.table.name)}`;
  if (part.kind === "name") return quoteName(part.name);
  if (part.kind === "foreign") return part.text;
  if (part.kind === "value") return quoteValue(part.type, part.value);
  return `array[${part.values.map((text) => quoteValue(part.type, text)).join(", ")}]::${part.type}[]`;
}

/** A name as it may stand in SQL: in quotes unless it is plain and no reserved word. */
export function quoteName(text: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(text) && !reserved.has(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

function quoteValue(type: ElementType, text: string): string {
  const number = type === "int8" || type === "numeric" || type === "float8";
  if (number && /^-?\d+(\.\d+)?$/.test(text)) return text;
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return type === "text" ? quoted : `${quoted}::${type}`;
}

/** `a, b, c` */
export function commas(pieces: readonly Sql[]): Sql {
  return pieces.reduce((joined, piece) => q`${joined}, ${piece}`);
}

/** `(a and b and c)`; true for none. */
export function all(conditions: readonly Sql[]): Sql {
  const [first, ...others] = conditions;
  if (first === undefined) return q`true`;
  return others.length === 0 ? first : q`(${conditions.reduce((joined, next) => q`${joined} and ${next}`)})`;
}

/** `(a or b or c)`; false for none. */
export function any(conditions: readonly Sql[]): Sql {
  const [first, ...others] = conditions;
  if (first === undefined) return q`false`;
  return others.length === 0 ? first : q`(${conditions.reduce((joined, next) => q`${joined} or ${next}`)})`;
}
