import { escapeControl } from "../../core/text.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import type { Fragment } from "../../postgres/connection/fragments.ts";

/** Words that PostgreSQL does not take for a column or a table unless they are quoted. */
const reserved: ReadonlySet<string> = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation " +
    "column concurrently constraint create cross current_catalog current_date current_role current_schema current_time " +
    "current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze " +
    "from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit " +
    "localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references " +
    "returning right select session_user similar some symmetric system_user table tablesample then to trailing true " +
    "union unique user using variadic verbose when where window with"
  ).split(" "),
);

/**
 * SQL as data. A condition is compiled once and then both run, with the driver's quoting and parameters, and shown to
 * the user as text that can be pasted into psql.
 */
export class Sql {
  constructor(
    readonly strings: TemplateStringsArray,
    readonly parts: readonly Part[],
  ) {}
}

/** How many parameters running it takes. */
export function parametersOf(part: Part): number {
  if (part instanceof Sql) return part.parts.reduce((count, inner) => count + parametersOf(inner), 0);
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

/**
 * The catalog's name of a type that PostgreSQL ships (`pg_type.typname`). `named_text` is text beside a column of another
 * type, such as citext, which would make its own of a bare literal.
 */
export type ElementType = string;

/** For a parameter of these types the driver would write something of its own: the server is sent a text. */
const sentAsText: ReadonlySet<ElementType> = new Set(["bool", "bytea", "jsonb"]);

function arrayText(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}

/** Of another type. */
export function cast(piece: Sql, type: ElementType): Sql {
  return q`${piece}::${{ kind: "foreign", text: sqlType(type) }}`;
}

/** The SQL as a statement or a piece of one, for the driver. */
export function toFragment(sql: Queryable, piece: Sql, under: TableName): Fragment {
  const parts = piece.parts.map((part) => {
    if (part instanceof Sql) return toFragment(sql, part, under);
    if (part.kind === "name") return sql(part.name);
    if (part.kind === "foreign") return sql.unsafe(part.text);
    if (part.kind === "value")
      return sql`${part.value}::${sql.unsafe(sentAsText.has(part.type) ? `text::${sqlType(part.type)}` : sqlType(part.type))}`;
    if (part.kind === "list") return sql`${arrayText(part.values)}::${sql.unsafe(sqlType(part.type))}[]`;
    const { schema, name } = part.kind === "table" ? part.table : under;
    return sql`${sql(schema)}.${sql(name)}`;
  });
  return sql(piece.strings, ...parts);
}

/** The SQL as text for people, quoted so that it can be pasted. `under` is how the table is called there. */
export function toText(piece: Sql, under: string, layout: (ours: string) => string = (ours) => ours): string {
  return piece.strings
    .map(layout)
    .reduce((text, next, index) => text + partText(piece.parts[index - 1], under, layout) + next);
}

/** The same on one line: how our own SQL is laid out does not matter, what stands in a name or a value does. */
export function toLine(piece: Sql, under: string): string {
  return toText(piece, under, (ours) => ours.replace(/\s+/g, " "));
}

function partText(part: Part | undefined, under: string, layout: (ours: string) => string): string {
  if (part === undefined) return "";
  if (part instanceof Sql) return toText(part, under, layout);
  if (part.kind === "relation") return under;
  if (part.kind === "table") return `${quoteName(part.table.schema)}.${quoteName(part.table.name)}`;
  if (part.kind === "name") return quoteName(part.name);
  if (part.kind === "foreign") return part.text;
  if (part.kind === "value") return quoteValue(part.type, part.value);
  return `array[${part.values.map((text) => quoteValue(part.type, text)).join(", ")}]::${sqlType(part.type)}[]`;
}

/** A name as it may stand in SQL: in quotes unless it is plain and no reserved word. */
export function quoteName(text: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(text) && !reserved.has(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

function quoteValue(type: ElementType, text: string): string {
  const number = type === "int8" || type === "numeric" || type === "float8";
  if (number && /^-?\d+(\.\d+)?$/.test(text)) return text;
  const quoted = quoteText(type === "timestamptz" ? inUtc(text) : text);
  return type === "text" ? quoted : `${quoted}::${sqlType(type)}`;
}

function sqlType(type: ElementType): string {
  if (type === "named_text") return "text";
  // Without quotes these words are other types: bpchar, and bit(1).
  return type === "char" || type === "bit" ? `"${type}"` : type;
}

/** What does not show, or breaks a line, stands as its escape: SQL is read, clipped and copied from screens. */
function quoteText(text: string): string {
  const plain = text.replaceAll("'", "''");
  if (escapeControl(text) === text) return `'${plain}'`;
  const escaped = Array.from(plain.replaceAll("\\", "\\\\"), (character) =>
    escapeControl(character) === character ? character : unicodeEscape(character),
  );
  return `E'${escaped.join("")}'`;
}

function unicodeEscape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/** A moment without a time zone is one in UTC, as all our sessions take it; whoever pastes it may be elsewhere. */
function inUtc(text: string): string {
  return /[Z+]|-\d{2}(:?\d{2})?$/.test(text.slice("YYYY-MM-DD".length))
    ? text
    : `${text}${text.includes(":") ? "" : " 00:00:00"}+00`;
}

/** `a, b, c` */
export function commas(pieces: readonly Sql[]): Sql {
  return pieces.reduce((joined, piece) => q`${joined}, ${piece}`);
}

/** `(a and b and c)`; true for none. Where null stands, nothing is asked. */
export function all(conditions: readonly (Sql | null)[]): Sql {
  const [first = q`true`, ...others] = conditions.filter((one) => one !== null);
  return others.length === 0 ? first : q`(${others.reduce((joined, next) => q`${joined} and ${next}`, first)})`;
}

/** `(a or b or c)`; false for none. */
export function some(conditions: readonly Sql[]): Sql {
  const [first = q`false`, ...others] = conditions;
  return others.length === 0 ? first : q`(${others.reduce((joined, next) => q`${joined} or ${next}`, first)})`;
}

/** An aggregate over the rows for which all conditions hold; null asks nothing. */
export function filtered(aggregate: Sql, ...conditions: readonly (Sql | null)[]): Sql {
  const isFiltered = conditions.some((one) => one !== null);
  return isFiltered ? q`${aggregate} filter (where ${all(conditions)})` : aggregate;
}

/** How many rows there are for which all conditions hold. */
export function counted(...conditions: readonly (Sql | null)[]): Sql {
  return filtered(q`count(*)`, ...conditions);
}

const operators = { "=": q` = `, "<>": q` <> `, "<": q` < `, "<=": q` <= `, ">": q` > `, ">=": q` >= ` };
export type Operator = keyof typeof operators;

/** `left operator right` */
export function compared(left: Sql, operator: Operator, right: Sql): Sql {
  return q`${left}${operators[operator]}${right}`;
}
