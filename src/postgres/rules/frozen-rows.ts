import type { FrozenTable } from "../catalog/frozen-rules.ts";
import type { HeldTable, RuledTable } from "../catalog/ruled-tables.ts";
import { type Fragment, list, sql } from "../connection/fragments.ts";
import type { Stamp } from "../snapshots/snapshots.ts";
import { isConstant, type RuleRows, withComputed } from "./rows.ts";

/** A table whose rows are to be frozen, by its snapshot table. */
function frozenAs(table: RuledTable, frozen: FrozenTable): HeldTable {
  return { ...table, live: frozen };
}

/**
 * The rows of a drop, `live` with nothing in what it says nothing of, as they would be frozen under a stamp: see RuleRows. Rows of
 * other dates stay beside them.
 */
export function frozenRuleRows(table: RuledTable, frozen: FrozenTable, live: RuleRows, stamp: Stamp): RuleRows {
  const numbers = frozen.columns.map(({ name }) => numberInDrop(table, name));
  const held = numbers.flatMap((number, index) => (number !== null && live.held.includes(number) ? [index] : []));
  const texts = held.map((index) => sql`x.${sql(`#${numbers[index]}`)} as ${sql(`#${index}`)}`);
  const stored = frozen.columns.flatMap(({ name }, index) => {
    const detail = frozen.details[index];
    if (detail === undefined || detail.generated !== null) return [];
    return [
      sql`${numbers[index] == null ? ownValue(table, frozen, index, stamp) : sql`x.${sql(name)}`} as ${sql(name)}`,
    ];
  });
  const heldTable = frozenAs(table, frozen);
  const rows = sql`select ${list([sql`x."#line"`, badOf(numbers, live), ...texts, ...stored])} from ${live.rows} x`;
  const standing = sql`l.${sql(table.snapshot?.asOfColumn ?? "")} <> ${dayOf(stamp)}`;
  return { table: heldTable, rows: withComputed(heldTable, rows), isLined: live.isLined, held, unknown: [], standing };
}

/** Of a column that is frozen of a drop's rows; null for one of the snapshot table's own. */
function numberInDrop({ live, snapshot }: RuledTable, name: string): number | null {
  const isCopied = snapshot?.columns.some((column) => column.name === name) === true;
  return isCopied ? live.columns.findIndex((column) => column.name === name) : null;
}

function ownValue({ snapshot }: RuledTable, { columns, details }: FrozenTable, index: number, stamp: Stamp): Fragment {
  const { name = "" } = columns[index] ?? {};
  const { base = "text", filled } = details[index] ?? {};
  if (name === snapshot?.asOfColumn) return dayOf(stamp);
  if (name === snapshot?.deliveredColumn) return sql`${stamp.month}::${sql.unsafe(base)}`;
  return isConstant(filled) ? sql`(${sql.unsafe(filled)})::${sql.unsafe(base)}` : sql`null::${sql.unsafe(base)}`;
}

/** A check takes no parameter for a date that an index may be searched by; it was checked to be one where it entered. */
function dayOf({ asOf }: Stamp): Fragment {
  return sql.unsafe(`date '${asOf}'`);
}

/** The same cells, by the numbers that their columns have in the snapshot table. */
function badOf(numbers: readonly (number | null)[], { isLined }: RuleRows): Fragment {
  const pairs = numbers.flatMap((number, index) =>
    number === null ? [] : [sql`(${sql.unsafe(`${number}, ${index}`)})`],
  );
  if (!isLined || pairs.length === 0) return sql`x."#bad"`;
  return sql`
    case when x."#bad" = '{}' then x."#bad"
         else array(select n.there::int2 from (values ${list(pairs)}) n(here, there) where n.here = any(x."#bad")) end as "#bad"`;
}
