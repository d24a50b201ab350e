import { keyColumns, type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { HeldTable, RuledTable } from "../catalog/ruled-tables.ts";
import type { ExclusionRule, UniqueRule } from "../catalog/rules.ts";
import { every, type Fragment, list, qualified, sql } from "../connection/fragments.ts";

/**
 * The rows of a drop as they would be live, for a FROM: each column of the table, beside them `#line`, where the row stands,
 * and `#bad`, the numbers of the columns whose cells are no values. Where the lines are known, a carried cell's text is there
 * as `#0`, `#1` and so on.
 */
export interface RuleRows {
  table: HeldTable;
  rows: Fragment;
  isLined: boolean;
  /** The columns, by their numbers, whose texts are there. */
  held: readonly number[];
  /** The columns, by their numbers, that a new row has from elsewhere; where there are some, `#new` says which rows are. */
  unknown: readonly number[];
  /** Which rows of the table, as `l`, stay beside the drop's; null for those of which it has not the key. */
  standing: Fragment | null;
}

/**
 * What a row is in columns that the drop says nothing of: as the live row has it, or in a new one as its default does, where
 * that is a constant; the latter alone; or nothing, as it is staged.
 */
export type Untold = "live" | "default" | "null";

/** Where the rows of a table are, and what is known of each of its columns. */
interface Source {
  relation: Fragment;
  locators: Fragment;
  /** Of a column that the drop says something of; null where it leaves it to the table. */
  given(index: number): Fragment | null;
}

/** The staged rows, of which the file, or the manifest, says something of these columns. */
export function stagedRuleRows(table: RuledTable, carried: readonly string[], untold: Untold): RuleRows {
  const { columns } = table.live;
  const source: Source = {
    relation: twinOf(table),
    locators: sql`null::bigint as "#line", '{}'::int2[] as "#bad"`,
    given(index) {
      const name = columns[index]?.name ?? "";
      return carried.includes(name) ? sql`s.${sql(name)}` : null;
    },
  };
  return { table, ...finalRows(table, source, untold), isLined: false, held: [], standing: null };
}

/**
 * Rows that were read of a file into a scratch table; columns that are not in it are taken for NULL. On several servers the
 * live rows that stand beside them are sent to the one that has it.
 */
export function scratchRuleRows(
  table: RuledTable,
  { scratch, held, lapsed }: { scratch: string; held: readonly number[]; lapsed: readonly string[] },
  untold: Untold,
): RuleRows {
  const { columns, details } = table.live;
  const texts = held.map((index) => sql`s.${sql(`c${index}`)} as ${sql(`#${index}`)}`);
  const source: Source = {
    relation: sql`${sql(scratch)}`,
    locators: list([sql`s.line as "#line", s.bad as "#bad"`, ...texts]),
    given(index) {
      const detail = details[index];
      if (held.includes(index)) return typed(sql`s.${sql(`c${index}`)}`, detail?.base ?? "text", detail?.collation);
      return lapsed.includes(columns[index]?.name ?? "") ? typed(sql`null`, detail?.base ?? "text", null) : null;
    },
  };
  return { table, ...finalRows(table, source, untold), isLined: true, held, standing: null };
}

/** A text as a value of a type. */
function typed(text: Fragment, base: string, collation: string | null | undefined): Fragment {
  const value = sql`${text}::${sql.unsafe(base)}`;
  return collation == null ? value : sql`(${value} collate ${sql.unsafe(collation)})`;
}

function finalRows(
  table: RuledTable,
  { relation, locators, given }: Source,
  untold: Untold,
): Pick<RuleRows, "rows" | "unknown"> {
  const { live } = table;
  const withLive = untold === "live";
  const isNew = withLive ? sql`l.${sql(live.key[0] ?? "")} is null` : sql`true`;
  const unknown = live.columns.flatMap(({ name }, index) => {
    const detail = live.details[index];
    const isFilled = untold !== "null" && detail?.generated === null && live.selfFilling.includes(name);
    return isFilled && given(index) === null && !isConstant(detail.filled) ? [index] : [];
  });
  const stored = live.columns.flatMap(({ name }, index) => {
    const detail = live.details[index];
    if (detail === undefined || detail.generated !== null) return [];
    const base = sql.unsafe(detail.base);
    const filled = untold === "null" ? null : detail.filled;
    const fallback = isConstant(filled) ? sql`(${sql.unsafe(filled)})::${base}` : sql`null::${base}`;
    const kept = withLive ? sql`case when ${isNew} then ${fallback} else l.${sql(name)} end` : fallback;
    return [sql`${given(index) ?? kept} as ${sql(name)}`];
  });
  const keys = keyColumns(table).map(({ name }) => {
    const index = live.columns.findIndex((column) => column.name === name);
    return sql`l.${sql(name)} = ${given(index) ?? sql`null`}`;
  });
  const beside = withLive ? sql`left join ${qualified(live)} l on ${every(keys)}` : sql``;
  const marks = unknown.length === 0 ? [] : [sql`${isNew} as "#new"`];
  const inner = sql`select ${list([locators, ...marks, ...stored])} from ${relation} s ${beside}`;
  return { rows: withComputed(table, inner), unknown };
}

/** Rows of a table with what it computes of them beside them; for a FROM. */
export function withComputed({ live }: HeldTable, rows: Fragment): Fragment {
  const computed = live.columns.flatMap(({ name }, index) => {
    const generated = live.details[index]?.generated;
    return generated ? [sql`(${sql.unsafe(generated)}) as ${sql(name)}`] : [];
  });
  if (computed.length === 0) return sql`(${rows})`;
  return sql`(select ${sql(live.name)}.*, ${list(computed)} from (${rows}) as ${sql(live.name)})`;
}

/** When a transaction began is one moment for all that it does. */
const moments = /\b(?:now\(\)|(?:current_(?:timestamp|date|time)|localtime(?:stamp)?)\b(?:\(\d\))?)/gi;

/** True for a value that is known before a row is written. */
export function isConstant(expression: string | null | undefined): expression is string {
  return expression != null && !/[a-z_"]\s*\(|current_|session_user|\buser\b/i.test(expression.replace(moments, ""));
}

/** The row as the rules' expressions name it, under the table's own name and with nothing beside its columns. */
export function asNamed({ live }: LoadTable, alias: "x" | "l"): Fragment {
  const columns = live.columns.map(({ name }) => sql`${sql(alias)}.${sql(name)} as ${sql(name)}`);
  return sql`(select ${list(columns)}) as ${sql(live.name)}`;
}

/** The parts of an index rule as `p0`, `p1`, of the rows `alias` that it is about. */
export function partsOf({ parts, condition }: UniqueRule | ExclusionRule, drop: RuleRows, alias: "x" | "l"): Fragment {
  const values = parts.map((part, at) => sql`(${sql.unsafe(part)}) as ${sql(`p${at}`)}`);
  const isHeld = condition === null ? sql`true` : sql`(${sql.unsafe(condition)})`;
  return sql`(select ${list(values)}, ${isHeld} as held from ${asNamed(drop.table, alias)}) p`;
}

/** True where each cell of row `x` that the rule reads is a value, and known. */
export function isSound({ table, unknown }: Pick<RuleRows, "table" | "unknown">, columns: readonly string[]): Fragment {
  const isKnown = readsUnknown({ table, unknown }, columns) ? sql`not x."#new"` : sql`true`;
  if (columns.length === 0) return sql`(x."#bad" = '{}' and ${isKnown})`;
  const numbers = sql.unsafe(`'{${columnNumbers(table, columns).join(",")}}'`);
  return sql`(not x."#bad" && ${numbers}::int2[] and ${isKnown})`;
}

/** True for a rule of these columns, or of the whole row, that cannot be told of new rows. */
export function readsUnknown(
  { table, unknown }: Pick<RuleRows, "table" | "unknown">,
  columns: readonly string[],
): boolean {
  return (
    unknown.length > 0 && (columns.length === 0 || columnNumbers(table, columns).some((at) => unknown.includes(at)))
  );
}

/** The texts of these columns of row `x`, as far as they are there, in one. */
export function textsOf({ table, held }: RuleRows, columns: readonly string[]): Fragment {
  const texts = columnNumbers(table, columns).filter((index) => held.includes(index));
  if (texts.length === 0) return sql`null::text`;
  return sql`array_to_string(array[${list(texts.map((index) => sql`x.${sql(`#${index}`)}`))}], ', ', '')`;
}

/** Where these columns stand in the table, from 0. */
export function columnNumbers({ live }: LoadTable, names: readonly string[]): number[] {
  return names.map((name) => live.columns.findIndex((column) => column.name === name));
}
