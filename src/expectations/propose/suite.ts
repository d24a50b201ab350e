import { formatCount } from "../../core/format.ts";
import type { LeftOut, ProposedExpectation } from "../../core/messages/suites.ts";
import type { CatalogTable } from "../../postgres/catalog/introspect.ts";
import type { Sql } from "../../postgres/connection/connect.ts";
import { settleTransaction } from "../../postgres/connection/settings.ts";
import { enough, proposeColumn } from "./columns.ts";
import { readFacts, type TableFacts } from "./facts.ts";
import { halfOf } from "./slack.ts";

/** What may be expected of a table by what is declared of it, and by what it holds. */
export interface SuiteProposal {
  rows: number;
  expectations: ProposedExpectation[];
  leftOut: LeftOut[];
}

/** Reads the table in one view of the database, and changes nothing. */
export function proposeSuite(sql: Sql, table: CatalogTable): Promise<SuiteProposal> {
  return sql.begin("isolation level repeatable read read only", async (tx) => {
    await settleTransaction(tx);
    return proposalOf(table, await readFacts(tx, table, table));
  });
}

/** What is declared of a table, as far as something follows from it. */
interface Declared extends Pick<CatalogTable, "columns" | "key" | "selfFilling"> {
  references: readonly { columns: readonly string[] }[];
}

export function proposalOf(table: Declared, facts: TableFacts): SuiteProposal {
  const keys = new Set([...table.key, ...table.references.flatMap(({ columns }) => columns), ...table.selfFilling]);
  const columns = facts.columns.map((one) => ({
    column: one.column.name,
    ...proposeColumn(one, facts, isKey(one.column.name)),
  }));
  function isKey(name: string): boolean {
    return keys.has(name) || /(^|_)id$/i.test(name);
  }
  return {
    rows: facts.rows,
    expectations: [...ofTable(table, facts), ...columns.flatMap(({ expectations }) => expectations)],
    leftOut: [
      ...whyNotMore(table, facts),
      ...columns.flatMap(({ column, leftOut }) => leftOut.map((why) => ({ column, why }))),
    ],
  };
}

function ofTable({ columns, key }: Declared, { rows }: TableFacts): ProposedExpectation[] {
  const [first, ...others] = key;
  const columnSet = { column_set: columns.map(({ name }) => name), exact_match: true };
  const unique =
    others.length === 0
      ? { type: "expect_column_values_to_be_unique", kwargs: { column: first } }
      : { type: "expect_compound_columns_to_be_unique", kwargs: { column_list: [...key] } };
  const least = rows < enough ? 1 : halfOf(rows);
  const because = least === 1 ? "it is not empty" : `half of the ${formatCount(rows)} rows that it has`;
  return [
    { type: "expect_table_columns_to_match_set", kwargs: columnSet, severity: "critical", because: "declared" },
    ...(first === undefined ? [] : [{ ...unique, severity: "critical", because: "the key" } as const]),
    ...(rows === 0
      ? []
      : [
          {
            type: "expect_table_row_count_to_be_between",
            kwargs: { min_value: least },
            severity: "warning",
            because,
          } as const,
        ]),
  ];
}

function whyNotMore({ key }: Declared, { rows }: TableFacts): LeftOut[] {
  const few = rows === 0 ? "it is empty" : `it has fewer than ${enough} rows`;
  return [
    ...(key.length === 0 ? [{ column: null, why: "it has no primary key: nothing is unique by declaration" }] : []),
    ...(rows < enough ? [{ column: null, why: `${few}: what it holds is too little to go by` }] : []),
  ];
}
