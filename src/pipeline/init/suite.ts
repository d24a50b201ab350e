import { isMoment, type Values } from "../../csv/look/values.ts";
import type { Seen, TableFacts } from "../../expectations/propose/facts.ts";
import { proposalOf } from "../../expectations/propose/suite.ts";
import { suiteText } from "../suites/text.ts";
import { narrowed } from "./sql.ts";
import type { SampleTable } from "./tables.ts";

/** The table's suite, of what the drop gives reason to expect. */
export function suiteOf(schema: string, table: SampleTable): string {
  const columns = narrowed(table);
  const facts: TableFacts = {
    rows: table.rows,
    columns: columns.map((column, at) => {
      const values = table.values[at];
      return { column, present: values?.present ?? 0, seen: values === undefined ? { kind: "other" } : seenIn(values) };
    }),
  };
  const references = table.references.map(({ column }) => ({ columns: [column] }));
  const proposal = proposalOf({ columns, key: table.key, references, selfFilling: [] }, facts);
  return suiteText(`${schema}.${table.name}`, table.name, proposal, "Proposed by `init` from a drop.");
}

function seenIn(values: Values): Seen {
  const { column, least, greatest, shortest, longest, categories } = values;
  if (column.type === "bool" || column.type === "uuid") return { kind: "other" };
  if (isMoment(column)) {
    const year = (moment: string | null) => (moment === null ? null : Number(moment.slice(0, 4)));
    const isPast = greatest !== null && greatest.slice(0, 10) <= new Date().toISOString().slice(0, 10);
    return { kind: "moments", odd: 0, first: year(least), last: year(greatest), isPast };
  }
  if (column.type !== "text") return { kind: "numbers", odd: 0, least, greatest };
  const texts =
    categories === null || categories.size === 0
      ? null
      : { values: [...categories.keys()].sort(), rarest: Math.min(...categories.values()) };
  const isNone = !Number.isFinite(shortest);
  return {
    kind: "texts",
    shortest: isNone ? null : shortest,
    longest: isNone ? null : longest,
    blank: 0,
    categories: texts,
  };
}
