import { formatMoment } from "../../core/format.ts";
import { escapeControl } from "../../core/text.ts";
import { type Blocker, blockersOf } from "../../postgres/connection/blockers.ts";
import type { Sql } from "../../postgres/connection/connect.ts";
import type { Outside } from "./outside.ts";

/** So long nothing is heard of what may wait before it is looked whether it waits for others. */
const quietMs = 1_000;
const lookAgainMs = 500;

interface Watched {
  outside: Outside;
  /** The server's process that may wait. */
  pid: Promise<number>;
  /** Whether it may wait for rows on other nodes of a cluster. */
  isSpread: boolean;
  /** What goes on once the wait is over, such as "The run". */
  what: string;
  tell(text: string): void;
}

export interface WaitWatch extends Disposable {
  /** Something was heard of it: it does not wait. */
  heard(): void;
}

/**
 * Tell it when a session waits for what somebody else has locked, until it is disposed of. It may be for long: a dump of the
 * database locks each table to its end.
 */
export function watchWaits({ outside, pid, isSpread, what, tell }: Watched): WaitWatch {
  let heard = performance.now();
  let told: string | null = null;
  let isLooking = false;
  let isOver = false;
  const say = (who: string | null, text: (who: string) => string) => {
    if (who !== null && told !== who) tell(text(who));
    if (who === null && told !== null) tell(`The wait for ${told} is over.`);
    told = who;
  };
  const look = async () => {
    const sql = await outside.connection();
    const here = await blockersOf(sql, await pid);
    const blockers = isSpread && here.length === 0 ? await onNodes(sql, await pid) : here;
    isLooking = false;
    if (!isOver) say(blockers.length === 0 ? null : inWords(blockers), (who) => waitingFor(who, blockers, what));
  };
  const timer = setInterval(() => {
    if (isLooking || (told === null && performance.now() - heard < quietMs)) return;
    isLooking = true;
    // Where there is no connection left for that, it does without.
    look().catch(() => clearInterval(timer));
  }, lookAgainMs);
  return {
    heard() {
      heard = performance.now();
    },
    [Symbol.dispose]() {
      isOver = true;
      clearInterval(timer);
      say(null, String);
    },
  };
}

async function onNodes(sql: Sql, pid: number): Promise<Blocker[]> {
  const { blockersOnNodes } = await import("../../postgres/cluster/blockers.ts");
  return blockersOnNodes(sql, pid);
}

function waitingFor(who: string, blockers: readonly Blocker[], what: string): string {
  const tables = [...new Set(blockers.flatMap(({ table }) => table ?? []))];
  const why = tables.length === 0 ? "whose transaction has to end first" : `which locked ${tables.join(", ")} first`;
  const endings = blockers.map(({ pid }) =>
    pid === 0 ? "`select * from pg_prepared_xacts` lists it" : `\`select pg_terminate_backend(${pid})\` ends it`,
  );
  const facts = [...new Set(blockers.flatMap(standing))].map((fact) => ` It ${fact}.`).join("");
  return `Waiting for ${who}, ${escapeControl(why)}.${facts} ${what} goes on once that is over; ${[...new Set(endings)].join(", ")}.`;
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
