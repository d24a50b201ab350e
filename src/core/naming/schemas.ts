/** The schemas that are the console's own: what they are called, and why no dataset's tables may lie there. */

/** The dataset that there was before others: its stage is called as it was then. */
const firstName = "streamflow";
export const usualStage = "stage";

/**
 * The schema of a dataset's stage. By its name, as lock and ledger go: two that write at once never share one, and one is
 * staged in the same place whoever runs it, from whichever folder.
 */
export function stageOf(name: string): string {
  return name === firstName ? usualStage : longStage(name);
}

/** No longer than what PostgreSQL keeps of a name. */
const longStage = (name: string) => `${usualStage}_${name}`.slice(0, 63);

/**
 * Where earlier releases may have left something of a dataset's: by them it was the folder that a stage went by. What is in
 * the plain one is another's as soon as there is another.
 */
export function formerStageOf(name: string): string {
  return name === firstName ? longStage(name) : usualStage;
}

/** Of any dataset that there may be: its name begins with a letter. */
const anyStage = new RegExp(`^${usualStage}(?:_[a-z][a-z0-9_]*)?$`);

/** Why a dataset's tables may not lie in the schema; null where they may. */
export function whyNotForTables(schema: string): string | null {
  if (anyStage.test(schema))
    return "the console stages drops in schemas of such a name, and empties them after each run";
  if (schema === "console") return "that is where the console keeps its own tables";
  if (/^pg_|^information_schema$/.test(schema)) return "schemas of such a name are PostgreSQL's own";
  return null;
}

/** The same name, or, where that would be one of those, another that is made of it. */
export function nameForTables(name: string): string {
  return whyNotForTables(name) === null ? name : `dataset_${name}`;
}
