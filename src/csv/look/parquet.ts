import type { SchemaElement } from "hyparquet";
import { parquetOf } from "../parquet/file.ts";
import { parquetType } from "../parquet/values.ts";
import { SourceFile } from "../source.ts";

/** A column as a Parquet file has it, and the type that holds its values; null for what is made of several, or is not read. */
export interface StoredColumn {
  name: string;
  type: string | null;
}

/** Throws a SourceFault for what is no Parquet file. */
export async function storedColumns(path: string): Promise<StoredColumn[]> {
  const { handle, stats } = await SourceFile.open({ path });
  try {
    const { columns } = await parquetOf(handle, stats.size);
    return columns.map(({ name, element }) => ({ name, type: element && typeFor(element) }));
  } finally {
    await handle.close();
  }
}

function typeFor(element: SchemaElement): string | null {
  switch (parquetType(element, "")?.kind) {
    case "number":
      return wholeType(element);
    case "float":
      return "float8";
    case "boolean":
      return "bool";
    case "date":
      return "date";
    case "timestamp":
      return isInUtc(element) ? "timestamptz" : "timestamp";
    case "uuid":
      return "uuid";
    case "text":
    case "time":
      return "text";
    default:
      return null;
  }
}

/** A decimal is no whole number, and one without a sign may be larger than any of eight bytes. */
function wholeType({ type, logical_type: logical, converted_type: converted }: SchemaElement): string {
  const isDecimal = logical?.type === "DECIMAL" || converted === "DECIMAL";
  const isUnsigned = logical?.type === "INTEGER" ? !logical.isSigned : /^UINT/.test(converted ?? "");
  if (isDecimal || (isUnsigned && type === "INT64")) return "numeric";
  return type === "INT32" && !isUnsigned ? "int4" : "int8";
}

function isInUtc({ type, logical_type: logical }: SchemaElement): boolean {
  if (type === "INT96") return false;
  return logical?.type !== "TIMESTAMP" || logical.isAdjustedToUTC;
}
