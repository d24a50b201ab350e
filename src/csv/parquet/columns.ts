import type { Column } from "../../core/columns.ts";
import type { FileFault } from "../../core/faults.ts";
import { type Dialect, plainDialect } from "../../core/written/dialect.ts";
import type { Wrong } from "../cells/cell-type.ts";
import { quotedMark } from "../cells/judge.ts";
import { type WrittenJudge, writtenJudge } from "../cells/written-judge.ts";
import { mapHeader } from "../header.ts";
import type { TableSource } from "../source.ts";
import { syntaxOf } from "../written/syntax.ts";
import type { ParquetColumn, ParquetFile } from "./file.ts";
import { type ParquetType, parquetType } from "./values.ts";

/** A column of the table, and how the file's values are read for it. */
export interface ReadColumn {
  name: string;
  column: Column;
  /** As the file calls it. */
  stored: string;
  judge: WrittenJudge;
  /** The cell that a text file would have for a value; text is in quotes there, where that says something. */
  cellOf(value: unknown): string | Wrong;
}

/** The columns that are read, in the file's order, with what is wrong with the others. */
export function readColumns(file: ParquetFile, source: TableSource): { columns: ReadColumn[]; faults: FileFault[] } {
  const mapping = mapHeader(
    file.columns.map(({ name }) => name),
    source,
  );
  const faults = [...mapping.faults];
  const columns = (mapping.columns ?? []).flatMap((column, index) => {
    const stored = file.columns[index];
    if (column === null || stored === undefined) return [];
    const type = stored.element && parquetType(stored.element, column.type);
    const reason = whyNot(column, stored, type);
    if (reason !== null) faults.push({ code: "not_of_type", reason, column: column.name });
    return type === null || reason !== null ? [] : [readColumn(column, stored.name, type, source)];
  });
  return { columns, faults };
}

const texts = ["text", "varchar", "bpchar", "citext", "name"];
/** Values that programs write in several ways: which text would be meant nobody knows. */
const withoutText = ["float", "boolean", "timestamp"];

function whyNot(column: Column, { element }: ParquetColumn, type: ParquetType | null): string | null {
  if (element === null) return "it is made of several values, such as a list";
  if (type === null) {
    const { type: stored, logical_type: logical, converted_type: converted } = element;
    return `Parquet's ${[stored, logical?.type ?? converted].filter(Boolean).join(" of ")} is not read`;
  }
  if (texts.includes(column.type) && withoutText.includes(type.kind)) {
    return `its values are ${type.name}, where ${column.name} is ${column.type}: there is more than one way to write them`;
  }
  const isMoment = column.type.startsWith("timestamp");
  if (isMoment && type.kind === "date") return `its values are days, where ${column.name} is ${column.type}`;
  return null;
}

function readColumn(column: Column, stored: string, type: ParquetType, source: TableSource): ReadColumn {
  const { dates, shape, written = plainDialect } = source;
  const role = { isKey: shape.key.includes(column.name), isOnly: false };
  const dialect = dialectFor(type, written);
  const judge = writtenJudge(column, role, dates, dialect);
  const { trim } = syntaxOf(dialect);
  const isText = texts.includes(column.type);
  const { textOf } = type;
  const cellOf = (value: unknown): string | Wrong => {
    if (value === null || value === undefined) return "";
    const text = textOf(value);
    if (text === null) return { code: "encoding", reason: "bytes that are not UTF-8" };
    if (type.kind !== "text") return text;
    const cell = trim?.(quotedMark + text) ?? quotedMark + text;
    if (cell.includes("\0", 1)) return { code: "nul_byte", reason: "a NUL byte in the value" };
    if (text.length > longest && Buffer.byteLength(text) > maxBytes) {
      return { code: "value_too_long", reason: "longer than 1 MB" };
    }
    return isText || cell.length === 1 ? cell : cell.slice(1);
  };
  return { name: column.name, column, stored, judge, cellOf };
}

const maxBytes = 1_000_000;
/** A character takes three bytes at most in UTF-8 for each unit of a string. */
const longest = maxBytes / 3;

/** Text is the sender's, and written as the manifest says; a value is itself. No value at all is NULL in any case. */
function dialectFor({ kind }: ParquetType, written: Dialect): Dialect {
  if (kind !== "text") return plainDialect;
  return { ...written, null: [...new Set(["", ...written.null])] };
}
