import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { CatalogTable } from "../catalog/introspect.ts";
import { isFrozen } from "../snapshots/snapshots.ts";

/** A table that is to be spread over the nodes by a column, beside another table's rows of the same value. */
export interface Placing {
  table: CatalogTable;
  kind: "live" | "snapshot";
  column: string;
  /** Null for the first of those that lie together. */
  beside: CatalogTable | null;
}

/** What stands in the way, and what to do about it. */
export interface Obstacle {
  table: string;
  what: string;
  remedy: string;
}

/**
 * Where each table goes, in the order in which they can: live tables by the first column of their keys, parents first, each
 * beside the one that it refers to; then the snapshot tables, each beside its live one. `tables` come in load order.
 */
export function placings(tables: readonly LoadTable[]): Placing[] {
  const live: Placing[] = [];
  for (const { live: table } of tables) {
    const column = table.key[0] ?? "";
    // Of one type, rows of the same value can lie on the same node, whether or not the tables refer to each other.
    const first = live.find((one) => one.beside === null && typeOf(one) === typeOf({ table, column }));
    live.push({ table, kind: "live", column, beside: first?.table ?? null });
  }
  const snapshots = tables.filter(isFrozen).flatMap(({ live: source, snapshot }): Placing[] => {
    const own = live.find(({ table }) => table === source);
    return own === undefined
      ? []
      : [{ table: snapshot.table, kind: "snapshot", column: own.column, beside: rootOf(own) }];
  });
  return [...live, ...snapshots];
}

function typeOf({ table, column }: Pick<Placing, "table" | "column">): string | undefined {
  return table.declared[table.columns.findIndex(({ name }) => name === column)];
}

/** The first of those that lie together. */
function rootOf({ table, beside }: Placing): CatalogTable {
  return beside ?? table;
}

export function isPlaced({ table }: Placing): boolean {
  return table.distribution !== null;
}

/** Where a table was distributed in another way than this dataset needs. */
export function misplaced(all: readonly Placing[]): Obstacle[] {
  return all.flatMap(({ table: { name, distribution }, column, beside }): Obstacle[] => {
    if (distribution === null) return [];
    const remedy = `Nobody but you knows why: \`select undistribute_table('${name}', cascade_via_foreign_keys => true)\` makes it a table of the coordinator again.`;
    if (distribution.column === null) {
      return [{ table: name, what: "it is a reference table, or lies on one node", remedy }];
    }
    if (distribution.column !== column) {
      return [{ table: name, what: `it is distributed by ${distribution.column}, not by ${column}`, remedy }];
    }
    const isElsewhere = beside !== null && beside.distribution?.colocation !== distribution.colocation;
    return isElsewhere
      ? [{ table: name, what: `it is distributed already, and does not lie beside ${beside.name}`, remedy }]
      : [];
  });
}

/** Foreign keys that would lead from one node to another: not by way of the column that says where a row lies. */
export function strayingKeys(all: readonly Placing[]): Obstacle[] {
  return all.flatMap((own) =>
    own.table.references.flatMap(({ name, columns, parent, parentColumns }): Obstacle[] => {
      const { table, column } = own;
      const known = all.find((one) => one.table.name === parent.name && one.table.schema === parent.schema);
      if (known === undefined) {
        const what = `foreign key ${name} leads to ${parent.name}, which is no table of this dataset`;
        return [{ table: table.name, what, remedy: "Drop that key, or take the table into the dataset." }];
      }
      if (parentColumns[columns.indexOf(column)] === known.column) {
        if (rootOf(known) === rootOf(own)) return [];
        const what = `foreign key ${name} leads from ${column} to ${known.column} of ${parent.name}, which is of another type`;
        return [
          { table: table.name, what, remedy: "Only of one type rows of the same value lie together: give both that." },
        ];
      }
      const what = `foreign key ${name} does not lead from ${column} to ${known.column} of ${parent.name}`;
      const remedy =
        "Rows lie where the first column of their key says: let the keys begin with the columns that they refer by.";
      return [{ table: table.name, what, remedy }];
    }),
  );
}

/** Into how many parts tables are divided where nobody says: two for each processor, as many on each node. */
export function usualShards({ nodes, processors }: { nodes: number; processors: number | null }): number {
  const perNode = Math.max(1, Math.ceil((2 * (processors ?? 0)) / nodes));
  return processors === null ? Math.max(32, nodes) : perNode * nodes;
}
