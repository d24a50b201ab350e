import { ConsoleError, codeOf } from "../../core/errors.ts";
import { formatCounted } from "../../core/format.ts";
import type { Queryable } from "../connection/connect.ts";
import { notPermitted } from "../connection/role.ts";
import { silently } from "../embedded/waiting.ts";
import { type Node, placeOf } from "./nodes.ts";

/** What a node says when it is asked, and how many transactions are prepared there. */
export interface Asked extends Pick<Node, "host" | "port"> {
  answers: boolean;
  prepared: number;
}

/** Ask every node but this one. The name of what Citus prepares begins as is looked for here (its manual, \`citus.recover_2pc_interval\`). */
export async function askNodes(sql: Queryable): Promise<Asked[]> {
  const counting = `select count(*) from pg_prepared_xacts where gid like 'citus\\_%' and database = current_database()`;
  const nodes = await sql<Asked[]>`
    select nodename as host, nodeport as port, success as answers,
           case when success then result::int else 0 end as prepared
      from run_command_on_workers(${counting}) order by 1, 2`;
  return [...nodes];
}

/** The code of its cause: a node that is away may come back (connection/errors.ts). */
const nodeAway = "NODE_AWAY";

/** What the coordinator cannot reach: nobody can read, or write, what lies there. */
export function unreachableNodes(silent: readonly Pick<Node, "host" | "port">[]): ConsoleError {
  const places = silent.map(placeOf).join(", ");
  const [which, there] = silent.length === 1 ? ["node", "there"] : ["nodes", "on each"];
  return new ConsoleError("database_unreachable", `The coordinator cannot reach the cluster's ${which} ${places}.`, {
    cause: Object.assign(new Error("a node does not answer"), { code: nodeAway }),
    hint: `Start PostgreSQL ${there}, or mend the way to it, then run the command again; \`doctor\` tells which nodes answer.`,
  });
}

/** Throws where a node does not answer. */
export async function requireNodes(sql: Queryable): Promise<Asked[]> {
  const nodes = await askNodes(sql);
  const silent = nodes.filter(({ answers }) => !answers);
  if (silent.length > 0) throw await whySilent(sql, silent);
  return nodes;
}

/** What a role that may not log in is told is the same as of a node that is away. */
export async function whySilent(sql: Queryable, silent: readonly Asked[]): Promise<ConsoleError> {
  const [kept] = await sql<{ role: string; giving: string }[]>`
    select quote_ident(rolname) as role,
           case when rolcanlogin then format('grant connect on database %I to %I', current_database(), rolname)
                else format('alter role %I login', rolname) end as giving
      from pg_roles
     where rolname = current_user
       and not (rolcanlogin and has_database_privilege(current_user, current_database(), 'connect'))`;
  if (kept === undefined) return unreachableNodes(silent);
  return new ConsoleError(
    "privilege_missing",
    `Citus goes to the cluster's nodes as ${kept.role}, who may not connect.`,
    {
      hint: `As a superuser, on the coordinator: \`${kept.giving}\`; without a password it can be let in by the nodes' pg_hba.conf alone.`,
    },
  );
}

/** So long Citus may take to end what is prepared, by itself: it looks once a minute. */
const patienceMs = 75_000;
const lookAgainMs = 500;

/**
 * Wait until every node answers and none has a transaction that is prepared and not ended, as a node that was lost between the two
 * leaves it: until then rows that were published are not to be seen there, and stay locked. Who may end them does so; else
 * Citus does, in a minute. Throws where it takes longer, where a node does not answer, and the signal's reason.
 */
export async function settleNodes(sql: Queryable, { tell, signal } = silently, patience = patienceMs): Promise<void> {
  const until = performance.now() + patience;
  for (let isTold = false; ; await Bun.sleep(lookAgainMs)) {
    const nodes = await requireNodes(sql);
    const waiting = nodes.filter(({ prepared }) => prepared > 0);
    if (waiting.length === 0) return;
    signal.throwIfAborted();
    if (await endPrepared(sql)) continue;
    if (performance.now() > until) throw unsettled(waiting);
    if (!isTold) tell(`waiting for Citus to end ${preparedIn(waiting)}`);
    isTold = true;
  }
}

/** Such as `2 transactions on db-2:5432`. */
export function preparedIn(nodes: readonly Asked[]): string {
  return nodes.map((node) => `${formatCounted(node.prepared, "transaction")} on ${placeOf(node)}`).join(", ");
}

/** How those are ended who wait to be. */
export const endsPrepared =
  "`select recover_prepared_transactions()` on the coordinator, as a superuser, ends them at once";

/** True where something was ended, or may be when it is tried again. */
async function endPrepared(sql: Queryable): Promise<boolean> {
  try {
    const [row] = await sql<{ ended: number }[]>`select recover_prepared_transactions() as ended`;
    return (row?.ended ?? 0) > 0;
  } catch (thrown) {
    if (codeOf(thrown) === notPermitted) return false;
    const { isOfNode } = await import("../remedies/remedies.ts");
    // By a connection of before a node was lost: the next one is new.
    if (isOfNode(thrown)) return true;
    throw thrown;
  }
}

function unsettled(waiting: readonly Asked[]): ConsoleError {
  return new ConsoleError(
    "database_error",
    `The cluster has not ended ${preparedIn(waiting)}, which were prepared to be committed.`,
    {
      hint: `Nothing was changed. Rows of theirs are not to be seen, and stay locked, until then: ${endsPrepared}.`,
    },
  );
}
