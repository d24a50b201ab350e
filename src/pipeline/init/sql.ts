import type { Column } from "../../core/columns.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import { identifier } from "../../core/text.ts";
import { isIdentifier } from "../../csv/look/keys.ts";
import { isMoment } from "../../csv/look/values.ts";
import type { SampleTable } from "./tables.ts";

const names: Record<string, string> = { bool: "boolean", int4: "integer", int8: "bigint", float8: "double precision" };

/** Whole numbers far from what four bytes hold; what rows are told apart by may grow without an end. */
const mostOfInteger = 100_000_000;

/** The table's columns as they are proposed: of whole numbers as wide as they have to be. */
export function narrowed({ columns, values, key, decisions }: SampleTable): Column[] {
  return columns.map((column, at) => {
    const nullable = !key.includes(column.name);
    const isSaid = decisions.get(column.name)?.isStored === true;
    if (isSaid || column.type !== "int8" || isIdentifier(column.name)) return { ...column, nullable };
    const { least, greatest } = values[at] ?? {};
    const isSmall = [least, greatest].every((one) => Math.abs(Number(one ?? 0)) < mostOfInteger);
    return { ...column, nullable, type: isSmall ? "int4" : "int8" };
  });
}

export function snapshotName(table: string): string {
  return `${table}_snapshots`;
}

/** The statements that make the tables, parents first, each line with what speaks for it. */
export function statements(schema: string, asOf: string, tables: readonly SampleTable[], from: string): string {
  const head = [
    `-- Proposed by \`init\` from ${from}. Each line is a proposal, with what speaks for it beside it.`,
    `create schema if not exists ${identifier(schema)};`,
  ];
  return `${[head.join("\n"), ...parentsFirst(tables).map((table) => tableStatements(table, asOf))].join("\n\n")}\n`;
}

function tableStatements(table: SampleTable, asOf: string): string {
  const { name, file, rows, key, references } = table;
  const lines = narrowed(table).map((column, at): [string, string] => [
    `${identifier(column.name)} ${names[column.type] ?? column.type}${column.nullable ? "" : " not null"}`,
    evidence(table, column, at),
  ]);
  lines.push([`primary key (${list(key)})`, `no two of ${formatCounted(rows, "row")} are alike in it`]);
  for (const one of references) {
    const { column, parent, parentColumn, rows: holding } = one;
    lines.push([
      `foreign key (${identifier(column)}) references ${identifier(parent)} (${identifier(parentColumn)})`,
      `all ${formatCount(holding)} values are there`,
    ]);
  }
  const snapshots = identifier(snapshotName(name));
  return [
    `-- ${file}: ${formatCounted(rows, "row")}`,
    `create table ${identifier(name)} (`,
    ...lines.map(([text, why], at) => `  ${text}${at < lines.length - 1 ? "," : ""} -- ${why}`),
    ");",
    `create table ${snapshots} (`,
    `  like ${identifier(name)}, ${identifier(asOf)} date not null, primary key (${list([...key, asOf])})`,
    `) partition by list (${identifier(asOf)});`,
  ].join("\n");
}

function list(columns: readonly string[]): string {
  return columns.map(identifier).join(", ");
}

function evidence({ rows, values, decisions }: SampleTable, column: Column, at: number): string {
  const found = values[at];
  if (found === undefined) return "";
  const said = [kind(column, at, values)];
  if (found.present < rows) said.push(`empty in ${formatCounted(rows - found.present, "row")}`);
  const { undecided = null, isStored = false } = decisions.get(column.name) ?? {};
  if (isStored) said.push("as the file has it");
  if (undecided !== null) said.push(undecided.replaceAll("\n", " "));
  return said.join("; ");
}

/** No text of a customer is written down, nor a number that somebody has. */
function kind(column: Column, at: number, values: SampleTable["values"]): string {
  const { least, greatest, categories, shortest = 0, longest = 0, present = 0 } = values[at] ?? {};
  if (present === 0) return "nothing in it";
  if (column.type === "bool") return "two words throughout";
  if (isMoment(column)) return `from ${least} to ${greatest}`;
  if (column.type === "uuid") return "UUIDs";
  if (column.type !== "text") {
    const whole = ["numeric", "float8"].includes(column.type) ? "numbers" : "whole numbers";
    return isIdentifier(column.name) ? whole : `${whole} from ${least} to ${greatest}`;
  }
  if (categories != null) return formatCounted(categories.size, "different text");
  return shortest === longest
    ? `texts of ${formatCounted(longest, "character")}`
    : `texts of up to ${formatCounted(longest, "character")}`;
}

export function parentsFirst(tables: readonly SampleTable[]): SampleTable[] {
  const ordered: SampleTable[] = [];
  const place = (table: SampleTable): void => {
    if (ordered.includes(table)) return;
    for (const { parent } of table.references) {
      const other = tables.find(({ name }) => name === parent);
      if (other !== undefined) place(other);
    }
    ordered.push(table);
  };
  for (const table of tables) place(table);
  return ordered;
}
