import type { TableResults } from "../../core/messages/evidence.ts";
import { validationResult } from "../../expectations/results/report.ts";
import type { ExpectationValidationResult } from "../../expectations/results/result.ts";
import { keptResults } from "../../postgres/ledger/evidence.ts";
import type { LedgerSession } from "../session/session.ts";

/** A run's results, table by table, as Great Expectations has those of a suite; what was not kept is left out. */
export async function browseResults({ sql, dataset }: LedgerSession, run: number): Promise<{ tables: TableResults[] }> {
  const kept = await keptResults<ExpectationValidationResult>(sql, dataset.name, run);
  return {
    tables: kept.map(({ table, began, results }) => {
      const relation = { schema: dataset.schema, name: table };
      const suite = { name: table, parameters: {} };
      return { table, result: validationResult(suite, relation, table, results, new Date(began)) };
    }),
  };
}
