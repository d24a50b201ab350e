import * as fc from "fast-check";
import type { Dataset } from "../../../src/core/dataset.ts";
import type { LoadTable } from "../../../src/postgres/catalog/dataset-tables.ts";
import { writeRows } from "../../csv/reference.ts";
import { type Cell, cellOf, key, nothing } from "./cells.ts";

/** A row's cells by column, without its key. */
type Row = Record<string, Cell>;

/** What a month's file of one table holds: rows by key, each with a cell for every column that is carried. */
export interface File {
  carried: string[];
  rows: Map<string, Row>;
}

/** A month's files, by table. */
export type Drop = Map<string, File>;

/** What a drop does to one table of the drop before it. */
interface Edits {
  carriesOptional: boolean;
  reversed: boolean;
  /** By key: cells that change, `{}` for a row as it was, null for one that is not delivered. */
  rows: (Row | null)[];
}

export interface History {
  keys: string[];
  /** For each drop, for each table. */
  drops: Edits[][];
}

/** Keys, and so many drops of them, each drawn as what differs from the one before. */
export function history(tables: readonly LoadTable[], dates: Dataset["dates"], drops: number): fc.Arbitrary<History> {
  const edits = (keys: number) =>
    fc.tuple(
      ...tables.map((table) => {
        const cells = payload(table).map((column) => [column.name, cellOf(column, dates)] as const);
        const changed = fc.record<Row>(Object.fromEntries(cells), { requiredKeys: [] });
        const row = fc.oneof(
          { withCrossShrink: true },
          { arbitrary: fc.constant<Row>({}), weight: 2 },
          { arbitrary: fc.constant(null), weight: 1 },
          { arbitrary: changed, weight: 3 },
        );
        const rows = fc.array(row, { minLength: keys, maxLength: keys });
        return fc.record({ carriesOptional: fc.boolean(), reversed: fc.boolean(), rows });
      }),
    );
  return fc
    .uniqueArray(key, { minLength: 1, maxLength: 4 })
    .chain((keys) =>
      fc.record({
        keys: fc.constant(keys),
        drops: fc.array(edits(keys.length), { minLength: drops, maxLength: drops }),
      }),
    )
    .map((drawn) => Object.assign(drawn, { [fc.toStringMethod]: () => told(tables, drawn) }));
}

/** A counterexample without what is as it was. */
function told(tables: readonly LoadTable[], { keys, drops }: History): string {
  const edits = drops.flatMap((drop, index) =>
    drop.flatMap(({ rows, ...file }, place) => {
      const touched = rows.flatMap((row, at) => {
        if (row === null) return [`${JSON.stringify(keys[at])} absent`];
        const cells = Object.entries(row).map(([column, { written }]) => `${column}=${JSON.stringify(written)}`);
        return cells.length === 0 ? [] : [`${JSON.stringify(keys[at])} ${cells.join(" ")}`];
      });
      const how = Object.entries(file).flatMap(([word, is]) => (is ? [word] : []));
      const words = [...how, ...touched];
      return words.length === 0 ? [] : [`  drop ${index}, ${tables[place]?.name}: ${words.join("; ")}`];
    }),
  );
  return [`keys ${JSON.stringify(keys)}`, ...edits].join("\n");
}

function payload({ live }: LoadTable) {
  return live.columns.filter((column) => !live.key.includes(column.name));
}

/**
 * The drop that the edits make of the one before. No file may be empty, so that the first key is always delivered; and
 * no row without its parent, which is in the drop or among the `live` keys.
 */
export function edited(
  tables: readonly LoadTable[],
  keys: readonly string[],
  before: Drop | null,
  edits: readonly Edits[],
  live: (table: string) => ReadonlySet<string>,
): Drop {
  const drop: Drop = new Map();
  for (const [index, table] of tables.entries()) {
    const { carriesOptional, reversed, rows: changes } = edits[index] as Edits;
    const columns = payload(table).map((column) => column.name);
    const carried = columns.filter((name) => carriesOptional || !table.manifest.absent.includes(name));
    const parents = table.live.references.map(({ parent }) => parent.name);
    const rows = new Map<string, Row>();
    for (const [place, name] of keys.entries()) {
      const old = before?.get(table.name)?.rows.get(name);
      const change = changes[place] ?? (place === 0 ? {} : null);
      const hasParents = parents.every((parent) => drop.get(parent)?.rows.has(name) || live(parent).has(name));
      // What was never there is not there as it was, either.
      const isThere = place === 0 || old !== undefined || Object.keys(change ?? {}).length > 0;
      if (change === null || !hasParents || !isThere) continue;
      rows.set(name, Object.fromEntries(carried.map((column) => [column, change[column] ?? old?.[column] ?? nothing])));
    }
    drop.set(table.name, { carried: reversed ? carried.toReversed() : carried, rows });
  }
  return drop;
}

/** The files as they lie on disk, by table. */
export function written(tables: readonly LoadTable[], drop: Drop): Record<string, string> {
  return Object.fromEntries(
    tables.map(({ name, live, manifest }) => {
      const { carried, rows } = drop.get(name) as File;
      const header = [...live.key, ...carried];
      const lines = [...rows].map(([rowKey, row]) => [
        rowKey,
        ...carried.map((column) => (row[column] ?? nothing).written),
      ]);
      return [manifest.file, writeRows([header, ...lines], "\n")];
    }),
  );
}
