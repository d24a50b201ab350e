import type { Column, TableShape } from "../../core/columns.ts";
import type { Dataset, DatasetTable } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import { usualStage } from "../../core/naming/schemas.ts";
import { identifier, tableIdentifier } from "../../core/text.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, qualified } from "../connection/fragments.ts";
import { type CatalogTable, catalogTables, isComputed } from "./introspect.ts";
import { noTable } from "./relation-kind.ts";

/**
 * A snapshot table and the columns it freezes: those of the live table that it has, in its own order. Columns of its own
 * that fill themselves, such as the time when a row came, are left to it.
 */
export interface SnapshotTarget {
  table: CatalogTable;
  columns: Column[];
  asOfColumn: string;
  /** Column for the month whose drop brought the row; null where the table has none. */
  deliveredColumn: string | null;
  hasOwnColumns: boolean;
}

/** A table of the dataset, as the manifest names it and the catalog describes it. */
export interface LoadTable {
  name: string;
  manifest: DatasetTable;
  live: CatalogTable;
  snapshot: SnapshotTarget | null;
  /** The dataset's name. */
  dataset: string;
  /** Schema of its stage. */
  stage: string;
}

/** A table's twin in the stage. */
export function twinOf({ stage, name }: Pick<LoadTable, "name" | "stage">): Fragment {
  return qualified({ schema: stage, name });
}

/** The schema of all these tables' twins. */
export function stageSchemaOf([first]: readonly LoadTable[]): string {
  return first?.stage ?? usualStage;
}

/** The dataset's tables in load order: a table comes after those that its foreign keys name. */
export async function loadTables(sql: Queryable, dataset: Dataset): Promise<LoadTable[]> {
  const { schema } = dataset;
  const names = dataset.tables.flatMap(({ name, snapshot }) => (snapshot === null ? [name] : [name, snapshot]));
  const wanted = names.map((name) => ({ schema, name }));
  const found = await catalogTables(sql, wanted);
  const required = (name: string) =>
    found.find((table) => table.name === name) ??
    mismatch(
      `The database has no table ${schema}.${name}.`,
      `Apply the file in ${initOf(dataset)} that makes it by psql --file: what is there already stays. Or mend its name in ${dataset.manifest}.`,
    );
  const tables = dataset.tables.map((manifest): LoadTable => {
    const live = required(manifest.name);
    if (live.kind !== "table") throw noTable(schema, live.name, live.kind, dataset.manifest);
    if (live.key.length === 0) {
      const key = likelyKey(live, dataset, found).map(identifier).join(", ") || "KEY";
      mismatch(
        `Table ${schema}.${live.name} has no primary key.`,
        `alter table ${tableIdentifier(live)} add primary key (${key}), ${key} being the column, or columns, that tell its rows apart.`,
      );
    }
    const snapshot = manifest.snapshot === null ? null : snapshotTarget(live, required(manifest.snapshot), dataset);
    return { name: manifest.name, manifest, live, snapshot, dataset: dataset.name, stage: dataset.stage };
  });
  return parentsFirst(tables);
}

/** The key that a table should have, as others tell: its snapshots' without the date, else another table's; empty where none does. */
function likelyKey(live: CatalogTable, { tables, as_of_column }: Dataset, found: readonly CatalogTable[]): string[] {
  const keyOf = (name: string | null | undefined) => found.find((table) => table.name === name)?.key ?? [];
  const own = keyOf(tables.find(({ name }) => name === live.name)?.snapshot).filter((name) => name !== as_of_column);
  const keys = [own, ...tables.map(({ name }) => keyOf(name))];
  return keys.find((key) => key.length > 0 && key.every((name) => hasColumn(live, name))) ?? [];
}

/** The folder of its SQL, as the manifest's own path is written. */
function initOf({ manifest }: Dataset): string {
  return manifest.replace(/[^/]*$/, "init");
}

function mismatch(title: string, hint: string): never {
  throw new ConsoleError("schema_mismatch", title, { hint });
}

function snapshotTarget(live: CatalogTable, table: CatalogTable, dataset: Dataset): SnapshotTarget {
  const { as_of_column: asOfColumn, delivered_column: delivered } = dataset;
  if (!hasColumn(table, asOfColumn)) {
    mismatch(
      `Snapshot table ${table.name} has no column ${asOfColumn}.`,
      `Where it is empty: alter table ${tableIdentifier(table)} add column ${identifier(asOfColumn)} date not null. Or mend as_of_column in ${dataset.manifest}.`,
    );
  }
  const deliveredColumn = delivered !== undefined && hasColumn(table, delivered) ? delivered : null;
  const own = table.selfFilling.filter((name) => !hasColumn(live, name) || isComputed(table, name));
  const columns = table.columns.filter(({ name }) => ![asOfColumn, deliveredColumn, ...own].includes(name));
  // All of a column that a frozen value depends on: a narrower copy would round it, and no seal would ever match.
  const kind = ({ nullable: _, ...column }: Column) => column;
  const strangers = columns.filter(
    (column) => !live.columns.some((one) => Bun.deepEquals(kind(one), kind(column), true)),
  );
  const names = [...live.key.filter((name) => !hasColumn(table, name)), ...strangers.map(({ name }) => name)];
  if (names.length > 0) {
    mismatch(
      `Snapshot table ${table.name} and ${live.name} disagree on: ${names.join(", ")}.`,
      remediesFor(names, live, table).join(" "),
    );
  }
  return { table, columns, asOfColumn, deliveredColumn, hasOwnColumns: own.length > 0 };
}

/** What makes these columns of a snapshot table and the live one agree. */
function remediesFor(names: readonly string[], live: CatalogTable, table: CatalogTable): string[] {
  const isInBoth = (name: string) => hasColumn(live, name) && hasColumn(table, name);
  const ofTwoTypes = names.filter(isInBoth);
  return [
    ...names.filter((name) => !isInBoth(name)).map((name) => remedyFor(name, live, table)),
    ...(ofTwoTypes.length > 0 ? [oneTypeAgain(ofTwoTypes, live, table)] : []),
  ];
}

/** What a column that only one of the two has is to be. */
function remedyFor(column: string, live: CatalogTable, table: CatalogTable): string {
  const [frozen, name] = [tableIdentifier(table), identifier(column)];
  if (!hasColumn(live, column)) {
    return (
      renamed(column, live, table) +
      `alter table ${tableIdentifier(live)} add column ${name} ${declaredOf(table, column)}, if drops carry it; ` +
      `alter table ${frozen} alter column ${name} set default with a value, if it is the table's own.`
    );
  }
  return `alter table ${frozen} add column ${name} ${declaredOf(live, column)};`;
}

/** The live table is filled again by each run; what is sealed holds only as it is, and a narrower type would not give it back. */
function oneTypeAgain(names: readonly string[], live: CatalogTable, table: CatalogTable): string {
  const statements = (from: CatalogTable, to: CatalogTable) => names.map((name) => retyping(name, from, to)).join(" ");
  return (
    `Where it is the live table that was altered: ${statements(live, table)} No seal is broken by that. ` +
    `Or else: ${statements(table, live)} It breaks each seal of ${table.name} that was set with another type: then ` +
    "make these snapshots anew from their drops, by `run MONTH --restamp` (an older one: --restamp --backfill)."
  );
}

/** The statement that makes a table's column what another one's is; only texts have to be told how. */
function retyping(column: string, from: CatalogTable, to: CatalogTable): string {
  const isText = ({ columns }: TableShape) =>
    columns.some(({ name, type }) => name === column && ["text", "varchar", "bpchar"].includes(type));
  const [name, type] = [identifier(column), declaredOf(to, column)];
  const using = isText(from) && !isText(to) ? ` using ${name}::${type}` : "";
  return `alter table ${tableIdentifier(from)} alter column ${name} type ${type}${using};`;
}

/** A column's type, as a statement names it. */
function declaredOf({ columns, declared }: CatalogTable, column: string): string | undefined {
  return declared[columns.findIndex(({ name }) => name === column)];
}

/**
 * Whoever renames a column in one of the two leaves a stranger in each, of one type. Which of the names is the right one is
 * told by the drops.
 */
function renamed(column: string, live: CatalogTable, table: CatalogTable): string {
  const type = declaredOf(table, column);
  const others = live.columns.filter(({ name }, at) => !hasColumn(table, name) && live.declared[at] === type);
  if (others.length === 0) return "";
  const rename = (of: CatalogTable, from: string, to: string) =>
    `alter table ${tableIdentifier(of)} rename column ${identifier(from)} to ${identifier(to)}`;
  const [only] = others.length === 1 ? others : [];
  const other = only?.name ?? "NAME";
  const either = `${rename(table, column, other)}, or ${rename(live, other, column)}, if it was renamed, to the name that drops carry`;
  const names = others.map(({ name }) => name).join(", ");
  return only === undefined ? `${either}, NAME being one of ${names}; ` : `${either}; `;
}

/** True where rows of these tables lie on other servers, too: none but the run's own session may do anything with them then. */
export function areDistributed(tables: readonly LoadTable[]): boolean {
  return tables.some(({ live, snapshot }) => live.distribution !== null || snapshot?.table.distribution != null);
}

/** The columns of the table's key, in key order. */
export function keyColumns({ live }: LoadTable): Column[] {
  return live.key.flatMap((name) => live.columns.filter((column) => column.name === name));
}

function hasColumn({ columns }: TableShape, name: string): boolean {
  return columns.some((column) => column.name === name);
}

function parentsFirst(tables: LoadTable[]): LoadTable[] {
  const ordered: LoadTable[] = [];
  let waiting = tables;
  while (waiting.length > 0) {
    const isWaiting = (name: string) => waiting.some((table) => table.name === name);
    const ready = waiting.filter(({ live }) =>
      live.references.every(({ parent }) => parent.name === live.name || !isWaiting(parent.name)),
    );
    if (ready.length === 0) {
      mismatch(
        `The foreign keys of ${waiting.map(({ name }) => name).join(", ")} go in a circle.`,
        "No table can be loaded first: drop one of them by alter table … drop constraint (\\d in psql lists them).",
      );
    }
    ordered.push(...ready);
    waiting = waiting.filter((table) => !ready.includes(table));
  }
  return ordered;
}
