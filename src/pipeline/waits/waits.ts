import { formatMoment } from "../../core/format.ts";
import { escapeControl } from "../../core/text.ts";
import { hasCitus } from "../../postgres/catalog/distribution.ts";
import { type Blocker, blockersOf } from "../../postgres/connection/blockers.ts";
import type { Sql } from "../../postgres/connection/connect.ts";

/** Whom it is that sessions of ours wait for, and what there is to say of that. */
export interface Wait {
  who: string;
  text: string;
}

/** Null where these wait for nobody but each other. */
export async function waitOf(sql: Sql, sessions: readonly { pid: number }[]): Promise<Wait | null> {
  const pids = sessions.map(({ pid }) => pid);
  const here = await blockersOf(sql, pids);
  const blockers = here.length === 0 ? await onNodes(sql, pids) : here;
  if (blockers.length === 0) return null;
  const who = inWords(blockers);
  return { who, text: waitingFor(who, blockers) };
}

/** Rows may be locked on other nodes of a cluster. */
async function onNodes(sql: Sql, pids: readonly number[]): Promise<Blocker[]> {
  const [row] = await sql<{ has: boolean }[]>`select ${hasCitus} as has`;
  if (row?.has !== true) return [];
  const { blockersOnNodes } = await import("../../postgres/cluster/blockers.ts");
  return blockersOnNodes(sql, pids);
}

function waitingFor(who: string, blockers: readonly Blocker[]): string {
  const tables = [...new Set(blockers.flatMap(({ table }) => table ?? []))];
  const why = tables.length === 0 ? "whose transaction has to end first" : `which locked ${tables.join(", ")} first`;
  const endings = blockers.map(({ pid }) =>
    pid === 0 ? "`select * from pg_prepared_xacts` lists it" : `\`select pg_terminate_backend(${pid})\` ends it`,
  );
  const facts = [...new Set(blockers.flatMap(standing))].map((fact) => ` It ${fact}.`).join("");
  return `Waiting for ${who}, ${escapeControl(why)}.${facts} What waits goes on once that is over; ${[...new Set(endings)].join(", ")}.`;
}

/** What is known of its transaction. */
function standing({ since, awaitsStandby }: Blocker): string[] {
  const began = since === null ? [] : [`began its transaction at ${formatMoment(since)}`];
  const commits = "is at its commit, for which a standby has to answer (synchronous_standby_names)";
  return awaitsStandby ? [...began, commits] : began;
}

function inWords(blockers: readonly Blocker[]): string {
  return [...new Set(blockers.map(nameOf))].join(" and ");
}

function nameOf({ pid, role, application, kind }: Blocker): string {
  if (pid === 0) return "a prepared transaction";
  if (role === null) return `the server's process ${pid}${kind === null ? "" : ` (${kind})`}`;
  return escapeControl(`session ${pid} of ${role}${application === "" ? "" : ` (${application})`}`);
}
