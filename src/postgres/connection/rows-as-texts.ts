import type { Fragment } from "./fragments.ts";

/** Rows as PostgreSQL writes them, of whatever query, with what it says of their columns. */
export interface RowsAsTexts {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
}

/** Types of PostgreSQL's own by their object ids (pg_type.dat), which never change: those whose values are no texts. */
const typeByOid: Readonly<Record<number, string>> = {
  16: "bool",
  17: "bytea",
  20: "int8",
  21: "int2",
  23: "int4",
  700: "float4",
  701: "float8",
  1082: "date",
  1083: "time",
  1114: "timestamp",
  1184: "timestamptz",
  1186: "interval",
  1266: "timetz",
  1700: "numeric",
  2950: "uuid",
};

export async function readAsTexts(statement: Fragment): Promise<RowsAsTexts> {
  const found = await statement.raw();
  return {
    columns: found.columns.map(({ name, type }) => ({ name, type: typeByOid[type] ?? "text" })),
    rows: Array.from(found, (row) => row.map((cell) => (cell === null ? null : cell.toString()))),
  };
}
