import { formatCount, formatCounted } from "../../core/format.ts";
import { isIdentifier, singular } from "../../csv/look/keys.ts";
import { lookAtRows } from "../../csv/look/rows.ts";
import type { LookedFile } from "../../csv/look/table.ts";
import { hashed, isMoment, type Values } from "../../csv/look/values.ts";

/** A foreign key that the values are evidence for. */
interface ProposedReference {
  column: string;
  parent: string;
  parentColumn: string;
  /** Rows whose value is among the parent's keys: all that have one. */
  rows: number;
}

/** A table that a file gives reason to. */
export interface SampleTable extends LookedFile {
  name: string;
  file: string;
  key: string[];
  references: ProposedReference[];
  /** Why its rows seem to be events; null where they do not. */
  events: string | null;
}

function valuesOf({ columns, values }: LookedFile, name: string): Values | undefined {
  return values[columns.findIndex((column) => column.name === name)];
}

/** The foreign keys among the tables: each value of a column is the key of a row of another table. */
export async function withReferences(tables: readonly SampleTable[]): Promise<SampleTable[]> {
  const found: SampleTable[] = [];
  for (const table of tables) found.push({ ...table, references: await referencesOf(table, tables) });
  return found.map((table) => ({
    ...table,
    references: table.references.filter((one) => !leadsBack(found, table.name, one)),
  }));
}

interface Question {
  at: number;
  column: string;
  parent: SampleTable;
  keys: Set<number>;
  rows: number;
  holds: boolean;
}

async function referencesOf(table: SampleTable, tables: readonly SampleTable[]): Promise<ProposedReference[]> {
  const questions = table.columns.flatMap((column, at): Question[] =>
    tables.flatMap((parent) => {
      const keys = soleKey(parent)?.unique;
      if (parent === table || keys == null || !mayRefer(table, column.name, parent)) return [];
      return [{ at, column: column.name, parent, keys, rows: 0, holds: true }];
    }),
  );
  if (questions.length === 0) return [];
  await lookAtRows(table.source, (cells) => {
    for (const one of questions) {
      const value = cells[one.at] ?? "";
      if (value === "" || !one.holds) continue;
      one.rows++;
      one.holds = one.keys.has(hashed(value));
    }
  });
  const likely = questions.filter(({ holds, rows }) => holds && rows > 0).sort(byLikelihood);
  const first = likely.filter((one, at) => likely.findIndex(({ column }) => column === one.column) === at);
  return first
    .filter((one) => isParent(table, one))
    .map(({ column, parent, rows }) => ({ column, parent: parent.name, parentColumn: parent.key[0] ?? "", rows }));
}

function soleKey(table: SampleTable): Values | undefined {
  const [first, ...others] = table.key;
  return first === undefined || others.length > 0 ? undefined : valuesOf(table, first);
}

/** A column that is named after the other's key, or holds texts that nobody writes by chance. */
function mayRefer(table: SampleTable, name: string, parent: SampleTable): boolean {
  const key = parent.key[0] ?? "";
  const [own, theirs] = [valuesOf(table, name), valuesOf(parent, key)];
  if (own === undefined || own.column.type !== theirs?.column.type || own.present === 0) return false;
  if (name === key && key !== "id") return true;
  if (name.endsWith(`_${key}`) && isIdentifier(key)) return key !== "id" || name === `${singular(parent.name)}_id`;
  return own.column.type === "text" && own.shortest >= 8 && own.present >= 20 && own.categories === null;
}

/** Of two tables with the same keys the one that is named after them goes first, or else the larger one. */
function byLikelihood(one: Question, other: Question): number {
  return standing(other.parent) - standing(one.parent) || one.parent.name.localeCompare(other.parent.name);
}

function standing({ name, key, rows }: SampleTable): number {
  const stem = (key[0] ?? "").replace(/_(?:id|key|code|no|nr|number)$/, "");
  const isNamed = singular(name) === stem || name.split("_").map(singular).includes(stem);
  return (isNamed ? 1e12 : 0) + rows;
}

/** Where each table's key is the other's, one of them is the parent. */
function isParent(table: SampleTable, { column, parent }: Question): boolean {
  const isMutual = table.key.length === 1 && table.key[0] === column && column === parent.key[0];
  if (!isMutual) return true;
  const [own, theirs] = [standing(table), standing(parent)];
  return theirs > own || (theirs === own && parent.name < table.name);
}

/** Whether the parent depends on the table: then neither could be loaded first. */
function leadsBack(
  tables: readonly SampleTable[],
  name: string,
  { parent }: ProposedReference,
  seen = new Set<string>(),
): boolean {
  if (parent === name) return true;
  if (seen.has(parent)) return false;
  seen.add(parent);
  const next = tables.find((one) => one.name === parent)?.references ?? [];
  return next.some((one) => leadsBack(tables, name, one, seen));
}

const fewestRows = 20;
const mostlyIn = 0.95;

/** The month that most moments of tables fall in which have nearly all of theirs in one; null without such tables. */
export function monthOfEvents(tables: readonly SampleTable[]): string | null {
  const months = new Map<string, number>();
  for (const table of tables) {
    const { month = null, rows = 0 } = concentrated(table)[0] ?? {};
    if (month !== null) months.set(month, (months.get(month) ?? 0) + rows);
  }
  return [...months].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}

/** Columns of moments of which nearly all are in one month, and not each row has the same. */
function concentrated({ columns, values, rows }: SampleTable) {
  if (rows < fewestRows) return [];
  return values.flatMap(({ present, months, least, greatest }, at) => {
    const column = columns[at];
    if (column === undefined || !isMoment(column) || present < rows || isOfState(column.name) || least === greatest)
      return [];
    const [month, most] = [...months].sort(([, one], [, other]) => other - one)[0] ?? ["", 0];
    return most >= mostlyIn * rows ? [{ column: column.name, month, rows: most }] : [];
  });
}

/** When something was last seen or changed is told of what is there each month. */
function isOfState(name: string): boolean {
  return /(^|_)(?:last|latest|updated?|modified|changed|as_of|snapshot|valid|loaded|exported|current)(_|$)/.test(name);
}

/** Which tables hold events: by their moments, and by belonging to those that do. */
export function withEvents(tables: readonly SampleTable[], month: string | null): SampleTable[] {
  const why = new Map<string, string>();
  for (const table of tables) {
    const found = concentrated(table).find((one) => one.month === month);
    if (found !== undefined)
      why.set(
        table.name,
        `${found.column} of ${formatCount(found.rows)} of its ${formatCounted(table.rows, "row")} is in ${found.month}`,
      );
  }
  for (let before = -1; before < why.size; ) {
    before = why.size;
    for (const table of tables) for (const one of table.references) spread(why, tables, table, one);
  }
  return tables.map((table) => ({ ...table, events: why.get(table.name) ?? null }));
}

/** What is keyed by events is of them, as is what each event has a row of its own of. */
function spread(
  why: Map<string, string>,
  tables: readonly SampleTable[],
  table: SampleTable,
  { column, parent, rows }: ProposedReference,
): void {
  const other = tables.find(({ name }) => name === parent);
  if (other === undefined) return;
  if (why.has(parent) && !why.has(table.name) && table.key.includes(column)) {
    why.set(table.name, `its rows belong to those of ${parent}`);
  }
  const isOwn = valuesOf(table, column)?.unique != null && rows === other.rows;
  if (why.has(table.name) && !why.has(parent) && isOwn)
    why.set(parent, `each of its rows belongs to one of ${table.name}`);
}
