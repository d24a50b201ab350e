import postgres from "postgres";
import { nodeRemedies } from "./nodes.ts";
import { closest, inLog, type Remedy, type Told } from "./remedy.ts";
import { resourceRemedies } from "./resources.ts";
import { rowRemedies } from "./rows.ts";
import { messageFrom, type ServerError } from "./server-words.ts";
import { sessionRemedies } from "./sessions.ts";
import { settingRemedies } from "./settings.ts";
import { statementRemedies } from "./statements.ts";

/**
 * Each error of a server that a command can meet, with its cause and its remedy. Messages, the page of errors and the test
 * that provokes each of them are drawn from this table.
 */
export const remedies = {
  ...sessionRemedies,
  ...settingRemedies,
  ...statementRemedies,
  ...rowRemedies,
  ...resourceRemedies,
  ...nodeRemedies,
};

export type RemedyName = keyof typeof remedies;

const all = Object.entries(remedies).map(([name, remedy]) => ({ ...(remedy as Remedy), name: name as RemedyName }));

/** Of an error that the table does not know nothing is told but its number. */
const unknown: Remedy = {
  state: "",
  code: "database_error",
  cause: "the server refused a statement",
  hint: `Nothing was published. The appendix A of PostgreSQL's manual tells what the SQLSTATE means. ${inLog}`,
};

/** What an error of the server is: by its SQLSTATE, and where that is not enough, by its words. */
export function remedyOf(error: Told): Remedy & { name?: RemedyName } {
  return closest(all, error) ?? unknown;
}

/** Whether a coordinator says by it that another node was lost. */
export function isOfNode(thrown: unknown): boolean {
  if (!(thrown instanceof postgres.PostgresError)) return false;
  const { name } = remedyOf(thrown);
  return name !== undefined && name in nodeRemedies;
}

/** What an error of the server says, in its own words or in ours, without a customer's value. */
export function wordsOf(error: ServerError): string {
  return messageFrom(error) ?? remedyOf(error).cause;
}
