import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import type { Validation } from "../../core/messages/listings.ts";
import type { RequestOf } from "../../core/messages/requests.ts";
import { isRejecting, wordOf } from "../../core/messages/verdicts.ts";
import { parseSuite, type Suite } from "../../core/suites/suite.ts";
import { requireSound } from "../../expectations/fit.ts";
import { type LoadTable, stageSchemaOf } from "../../postgres/catalog/dataset-tables.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import { withChecksOf } from "./checked-before.ts";
import type { Session } from "./session.ts";

/** How much the ledger keeps of each result: a summary, and the SQL that finds the unexpected rows. */
export const kept = { result_format: "SUMMARY", return_unexpected_index_query: true } as const;

/** The suites of the dataset's tables, by table. Throws for one that cannot be evaluated, before anything runs. */
export function readSuites(session: Session): Promise<Map<string, Suite>> {
  return withChecksOf(session.settings, () => parseSuites(session));
}

async function parseSuites({ dataset, manifestDirectory, tables }: Session): Promise<Map<string, Suite>> {
  const suites = new Map<string, Suite>();
  for (const { name, suite } of dataset.tables) {
    if (suite !== null) suites.set(name, await readSuite(join(manifestDirectory, suite), dataset.manifest));
  }
  const resolveTable = stageOf(tables);
  for (const { name, live } of tables) {
    const suite = suites.get(name);
    if (suite !== undefined) requireSound(suite, { shape: live, resultFormat: kept, resolveTable });
  }
  return suites;
}

/** A suite that the manifest names. */
export async function readSuite(path: string, manifest: string): Promise<Suite> {
  const hint = `The manifest, ${manifest}, names it: put the file there, have \`validate --init\` write it, or correct the name.`;
  return parseSuite(await textOf(path, hint), path, {});
}

/** `hint` is for when there is none. */
async function textOf(path: string, hint: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch (cause) {
    throw new ConsoleError("suite_invalid", `The expectation suite ${path} cannot be read.`, { hint, cause });
  }
}

/** One suite against one table of the database, whatever table that is. */
export async function validateNamedTable(
  { sql, dataset: { schema } }: Session,
  { suite_path: suitePath, table, tolerant, parameters, result_format: resultFormat }: RequestOf<"validate">,
): Promise<Validation> {
  const { validateTable } = await import("../../expectations/validate.ts");
  const suiteText = await textOf(suitePath, "Name the suite's JSON file with --suite.");
  const request = { suiteText, suitePath, table, parameters, resultFormat, tolerant, schema };
  const result = await validateTable(sql, request);
  const isRejected = result.results.some((one) =>
    isRejecting({ verdict: wordOf(one), severity: one.expectation_config.severity }),
  );
  return { success: !isRejected, result };
}

/** Where another table of the drop is while the drop is validated; any other table is where it always is. */
export function stageOf(tables: readonly LoadTable[]): (name: string) => TableName {
  const names = new Set(tables.map((table) => table.name));
  const schema = tables[0]?.live.schema ?? "public";
  const stage = stageSchemaOf(tables);
  return (name) => ({ schema: names.has(name) ? stage : schema, name });
}
