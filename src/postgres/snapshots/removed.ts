import { ConsoleError } from "../../core/errors.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import { identifier } from "../../core/text.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import { oidOf } from "../connection/fragments.ts";

/** What is known of the rows of one as_of that were deleted. */
interface Deleted {
  asOf: string;
  /** By the statement's own count. */
  rows: number;
  /** As many as are there now. */
  left: number;
  /** As many as were sealed; null where they were not. */
  sealed: number | null;
}

/**
 * Throws where rows of an as_of are there after they were deleted: a trigger or a rule can keep them without an error, and
 * so can a policy, which may hide them as well. Of those that are hidden the seal alone tells.
 */
export async function requireRemoved(
  tx: Transaction,
  table: TableName,
  { asOf, rows, left, sealed }: Deleted,
): Promise<void> {
  if (left > 0) {
    const what = `${formatCounted(left, "row")} as of ${asOf} ${left === 1 ? "is" : "are"} still there after they were to be removed`;
    throw notRemoved(table, what, "A trigger, a rule or a row security policy of that table may be what keeps them");
  }
  if (sealed === null || rows >= sealed || !(await isHeldToPolicies(tx, table))) return;
  const what = `of ${formatCounted(sealed, "row")} that were sealed as of ${asOf}, ${formatCount(rows)} could be removed`;
  throw notRemoved(table, what, "Its row security applies to this role, and its policies may hide the others");
}

/** Whether row security has a say in which rows this role sees. */
async function isHeldToPolicies(tx: Transaction, table: TableName): Promise<boolean> {
  const [row] = await tx<{ held: boolean }[]>`select row_security_active(${oidOf(table)}::oid) as held`;
  return row?.held ?? false;
}

function notRemoved({ schema, name }: TableName, what: string, why: string): ConsoleError {
  return new ConsoleError("not_as_planned", `${name}: ${what}.`, {
    hint:
      `Nothing was changed, and the seals are still in force. ${why}: \`\\d+ ${identifier(schema)}.${identifier(name)}\` in psql ` +
      "lists them. Disable it until this is done, or mend it, and run the command again.",
  });
}
