import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { parseSuite, type Suite } from "../../core/suites/suite.ts";
import { compileSuite, requireSound } from "../../expectations/compile.ts";
import type { Compiled, Unsound } from "../../expectations/plan/plan.ts";
import { type LoadTable, stageSchema } from "../../postgres/catalog/dataset-tables.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import { withChecksOf } from "./checked-before.ts";
import type { Session } from "./session.ts";

/** How much the ledger keeps of each result: a summary, and the SQL that finds the unexpected rows. */
export const kept = { result_format: "SUMMARY", return_unexpected_index_query: true } as const;

/** The suites of the dataset's tables, by table. Read and checked before anything runs. */
export function readSuites(session: Session): Promise<Map<string, Suite>> {
  return withChecksOf(session.settings, () => parseSuites(session));
}

async function parseSuites({ dataset, manifestDirectory, tables }: Session): Promise<Map<string, Suite>> {
  const suites = new Map<string, Suite>();
  for (const { name, suite } of dataset.tables) {
    if (suite === null) continue;
    const path = join(manifestDirectory, suite);
    const text = await readSuiteFile(
      path,
      "The manifest, db/dataset.json, names it: put the file there or correct the name.",
    );
    suites.set(name, parseSuite(text, path, {}));
  }
  requireSoundSuites(tables, suites);
  return suites;
}

/** The text of a suite; `hint` is for when there is none. */
export async function readSuiteFile(path: string, hint: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch (cause) {
    throw new ConsoleError("suite_invalid", `The expectation suite ${path} cannot be read.`, {
      hint,
      cause,
    });
  }
}

/** Throws for a suite that cannot be evaluated against its table, before anything runs. */
export function requireSoundSuites(tables: readonly LoadTable[], suites: ReadonlyMap<string, Suite>): void {
  const resolveTable = stageOf(tables);
  for (const { name, live } of tables) {
    const suite = suites.get(name);
    if (suite !== undefined) requireSound(suite, { shape: live, resultFormat: kept, resolveTable });
  }
}

/** A table's suite as `validate` evaluates it, in the order of its verdicts. */
export function compiledFor(tables: readonly LoadTable[], { live }: LoadTable, suite: Suite): (Compiled | Unsound)[] {
  const serverVersion = live.serverMajor * 10_000;
  return compileSuite(suite, { shape: live, resultFormat: kept, resolveTable: stageOf(tables), serverVersion });
}

/** Where another table of the drop is while the drop is validated; any other table is where it always is. */
export function stageOf(tables: readonly LoadTable[]): (name: string) => TableName {
  const names = new Set(tables.map((table) => table.name));
  const schema = tables[0]?.live.schema ?? "public";
  return (name) => ({ schema: names.has(name) ? stageSchema : schema, name });
}
