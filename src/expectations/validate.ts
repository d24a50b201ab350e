import { ConsoleError } from "../core/errors.ts";
import { parseSuite, type Suite } from "../core/suites/suite.ts";
import { type CatalogTable, catalogTables, type TableName } from "../postgres/catalog/introspect.ts";
import type { Sql } from "../postgres/connection/connect.ts";
import type { Target } from "./compile.ts";
import { evaluateSuite } from "./evaluate.ts";
import { requireSound } from "./fit.ts";
import type { GivenFormat } from "./plan/result-format.ts";
import { suiteError } from "./plan/values.ts";
import type { SuiteValidationResult } from "./results/result.ts";

interface Request {
  suiteText: string;
  /** For messages. */
  suitePath: string;
  /** `TABLE` or `SCHEMA.TABLE`, as the catalog spells them. */
  table: string;
  /** `$PARAMETER`s, by name. */
  parameters: Readonly<Record<string, string>>;
  resultFormat?: GivenFormat;
  /** Whether expectations that cannot be evaluated are told in the result, as by default, or refused beforehand. */
  tolerant?: boolean;
  /** Schema of a table that is named without one; public by default. */
  schema?: string;
}

/** Evaluate a suite against one table of a database. Throws for a table or a suite that cannot be read. */
export async function validateTable(sql: Sql, request: Request): Promise<SuiteValidationResult> {
  const { suiteText, suitePath, parameters, resultFormat = "SUMMARY", schema = "public" } = request;
  const suite = parseSuite(suiteText, suitePath, parameters);
  const shape = await findTable(sql, request.table, schema);
  const target = await targetOf(sql, suite, shape, resultFormat);
  if (request.tolerant === false) requireSound(suite, target);
  // The query that a result shows is to run in a session whose search path nobody has set.
  const display = shape.schema === "public" ? {} : { displaySchema: shape.schema };
  return evaluateSuite(sql, { ...target, relation: shape, suite, ...display });
}

/** A table as a suite is held against it, with whatever tables the suite compares it with. */
export async function targetOf(
  sql: Sql,
  suite: Suite,
  shape: CatalogTable,
  resultFormat: GivenFormat,
): Promise<Target> {
  const tables = await otherTables(sql, suite, shape.schema);
  return { shape, resultFormat, resolveTable: (name) => tables.get(name) ?? noTable(name) };
}

/** The table that `TABLE` or `SCHEMA.TABLE` names. */
export async function findTable(sql: Sql, text: string, schema: string): Promise<CatalogTable> {
  const found = await catalogTables(sql, candidates(text, schema));
  const [table] = found;
  if (table !== undefined && !table.name.includes(".") && !table.schema.includes(".")) return table;
  throw new ConsoleError("usage", `The database has no table ${text}.`, {
    hint: "Name it as the catalog spells it: TABLE or SCHEMA.TABLE.",
  });
}

/** What a name may mean: a table of the default schema, or at any dot schema and table. */
function candidates(text: string, schema: string): TableName[] {
  if (text.includes("\0") || !text.isWellFormed()) return [];
  const atDots = Array.from(text.matchAll(/\./g), ({ index: at }) => ({
    schema: text.slice(0, at),
    name: text.slice(at + 1),
  }));
  return [{ schema, name: text }, ...atDots];
}

/** The tables that expectations of the suite compare with, by the names they use. */
async function otherTables(sql: Sql, suite: Suite, schema: string): Promise<Map<string, TableName>> {
  const names = suite.expectations.flatMap(({ kwargs: { other_table_name: name } }) =>
    typeof name === "string" ? [name] : [],
  );
  const tables = new Map<string, TableName>();
  for (const name of new Set(names)) {
    const [table] = await catalogTables(sql, candidates(name, schema));
    if (table !== undefined) tables.set(name, { schema: table.schema, name: table.name });
  }
  return tables;
}

function noTable(name: string): never {
  throw suiteError("other_table_name", `the database has no table "${name}"`);
}
