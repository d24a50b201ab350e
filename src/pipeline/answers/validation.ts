import type { Validation } from "../../core/messages/listings.ts";
import type { RequestOf } from "../../core/messages/requests.ts";
import { validateTable } from "../../expectations/validate.ts";
import type { Session } from "../session/session.ts";
import { readSuiteFile } from "../session/suites.ts";

/** One suite against one table of the database, whatever table that is. */
export async function validateRequested(
  { sql, dataset }: Session,
  { suite_path, table, tolerant, parameters, result_format }: RequestOf<"validate">,
): Promise<Validation> {
  const suiteText = await readSuiteFile(suite_path, "Name the suite's JSON file with --suite.");
  const request = { suiteText, suitePath: suite_path, table, parameters, resultFormat: result_format };
  const result = await validateTable(sql, { ...request, tolerant, schema: dataset.schema });
  const rejects = result.results.some(({ success, meta }) => !success && meta.severity === "critical");
  return { success: !rejects, result };
}
