import { ConsoleError } from "../../core/errors.ts";
import { type Check, check } from "../../core/messages/listings.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import { whyReadOnly } from "../../postgres/catalog/read-only.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { requireOwnTables } from "../../postgres/ledger/ownership.ts";
import { grantsHint } from "../../postgres/remedies/remedy.ts";
import { isViewer, lackingOf } from "../../postgres/roles/lacking.ts";
import type { Right, Rights } from "../../postgres/roles/rights.ts";
import { partitionsOfOthers } from "../../postgres/snapshots/partitions.ts";
import { isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { unlogged } from "../../postgres/snapshots/unlogged.ts";
import type { Session } from "../session/session.ts";

/** Of the role that asks: whether it may read what listings read, and do what a run does. */
export async function checkPrivileges(sql: Queryable, rights: Rights): Promise<Check> {
  const { role, browsing, running } = rights;
  if (browsing.length > 0) return lacking(rights, [...browsing, ...(rights.reads ? [] : running)]);
  if (isViewer(rights)) {
    const remedy = `To load months, connect as a role that may write. ${grantsHint}`;
    return check("warn", "privileges", `${role} may read every table, and write to none: it runs no months.`, remedy);
  }
  const readOnly = await whyReadOnly(sql);
  if (readOnly !== null) return check("fail", "privileges", readOnly.title, readOnly.hint);
  if (running.length > 0) return lacking(rights, running);
  return check("ok", "privileges", `${role} may read and write every table`);
}

/** Whether the tables are there, no other dataset's, and there to stay. */
export async function checkTables({ sql, dataset, tables }: Session): Promise<Check> {
  const refusal = await requireOwnTables(sql, dataset).catch((thrown) => thrown);
  // What the ledger cannot be asked for is told of the rights.
  if (refusal instanceof ConsoleError) return check("fail", "schema", refusal.title, refusal.hint);
  const atRisk = await unlogged(sql, tables);
  if (atRisk !== null) return check("warn", "schema", atRisk.title, atRisk.hint);
  return check("ok", "schema", `${tables.length} tables, as the manifest says`);
}

function lacking(rights: Rights, missing: readonly Right[]): Check {
  const { what, remedy } = lackingOf(rights, missing);
  return check("fail", "privileges", `${rights.role} lacks ${what}.`, `${remedy} ${grantsHint}`);
}

/** Of a role that runs months: whether it may drop again what is there. Nothing is said where all is well. */
export async function checkOwners(
  sql: Queryable,
  tables: readonly LoadTable[],
  { role, running }: Rights,
): Promise<Check[]> {
  if (running.length > 0) return [];
  const kept = await partitionsOfOthers(
    sql,
    tables.filter(isFrozen).map(({ snapshot }) => snapshot.table),
  );
  if (kept.length === 0) return [];
  const told = kept.map(({ name, owner }) => `${name} (of ${owner})`).join(", ");
  const statements = kept.map(({ name, keeper }) => `alter table ${name} owner to ${keeper};`).join(" ");
  return [
    check(
      "warn",
      "owners",
      `${role} cannot drop ${told}: \`snapshots --drop\` of that date fails.`,
      `As a superuser, or a member of both roles: ${statements}`,
    ),
  ];
}
