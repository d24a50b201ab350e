import { ConsoleError } from "../../../core/errors.ts";
import { formatCounted } from "../../../core/format.ts";
import type { Distribution, PlacedTable } from "../../../core/messages/cluster.ts";
import type { RequestOf } from "../../../core/messages/requests.ts";
import { loadTables } from "../../../postgres/catalog/dataset-tables.ts";
import { spreadLongNames } from "../../../postgres/catalog/distribution.ts";
import { citusMajors, citusVersion, nodesOf, processorsOf } from "../../../postgres/cluster/nodes.ts";
import { obstaclesOf } from "../../../postgres/cluster/obstacles.ts";
import {
  place,
  placeFunctions,
  recordPlaced,
  removeLocalCopy,
  rowsIn,
  shardsOf,
} from "../../../postgres/cluster/place.ts";
import {
  isPlaced,
  misplaced,
  type Obstacle,
  type Placing,
  placings,
  strayingKeys,
  usualShards,
} from "../../../postgres/cluster/plan.ts";
import { requireNodes, settleNodes } from "../../../postgres/cluster/recovery.ts";
import type { Queryable, Sql } from "../../../postgres/connection/connect.ts";
import { settleTransaction } from "../../../postgres/connection/settings.ts";
import type { Waiting } from "../../../postgres/embedded/waiting.ts";
import { prepareStage } from "../../../postgres/live/stage.ts";
import { partitionsOf } from "../../../postgres/snapshots/partitions.ts";
import { refreshed, type Session } from "../../session/session.ts";
import { watchNodes } from "../../session/silence.ts";
import { whoami } from "../../session/whoami.ts";
import { asWriter } from "../../session/writer.ts";

type Asked = Pick<RequestOf<"distribute">, "shards" | "confirmed">;

/** The tables of the ledger, which one server has. */
const local = ["console"];

/**
 * Spread the dataset's tables over the nodes of a cluster, or say what that would do. The live tables, which refer to each
 * other, are one transaction, and each snapshot table is one: cut short, it has done some of them, and goes on with the others.
 */
export async function distribute(session: Session, asked: Asked, waiting: Waiting): Promise<Distribution> {
  if (!asked.confirmed) return withRows(session.sql, await planned(session.sql, session, asked));
  const done = await asWriter(session, async (sql) => {
    const plan = await planned(sql, session, asked);
    await settleNodes(sql, waiting);
    // They may be of this server alone as yet, and be watched by nobody.
    const letGo = () => void sql.end({ timeout: 0 });
    await using nodes = watchNodes({ url: session.url, tell: waiting.tell, letGo });
    const moved = await nodes.during(distributeAll(sql, session, plan, waiting.tell));
    await nodes.during(prepareStage(sql, await loadTables(sql, session.dataset)));
    return { ...answerOf(plan, moved), done: true };
  });
  await refreshed(session);
  return done;
}

interface Plan {
  all: Placing[];
  shards: number;
  nodes: number;
}

/** Throws what is in the way of it. */
async function planned(sql: Queryable, { dataset }: Session, { shards }: Asked): Promise<Plan> {
  const nodes = await requireCluster(sql);
  // Another console may have been here since the session was opened.
  const all = placings(await loadTables(sql, dataset));
  const obstacles = [...misplaced(all), ...strayingKeys(all), ...(await obstaclesOf(sql, all))];
  if (obstacles.length > 0) throw refusal(obstacles);
  return { all, nodes, shards: await shardsFor(sql, all, nodes, shards) };
}

/** Those that the tables have that were distributed before; for the first ones what is asked for, or as many as the nodes are good for. */
async function shardsFor(
  sql: Queryable,
  all: readonly Placing[],
  nodes: number,
  asked: number | null,
): Promise<number> {
  const [first] = all.filter(isPlaced);
  if (first === undefined) return asked ?? usualShards({ nodes, processors: await processorsOf(sql) });
  const shards = await shardsOf(sql, first.table);
  if (asked === null || asked === shards) return shards;
  throw refusal([
    {
      table: first.table.name,
      what: `it was distributed into ${formatCounted(shards, "shard")} before`,
      remedy: `Leave --shards out. \`select alter_distributed_table('${first.table.name}', shard_count := ${asked}, cascade_to_colocated := true)\` changes all of them.`,
    },
  ]);
}

/** How many nodes take parts of tables. Throws where this is no cluster, or not all of it is there. */
async function requireCluster(sql: Queryable): Promise<number> {
  const version = await citusVersion(sql);
  if (version === null) {
    throw notACluster(
      "This database has no Citus.",
      "`create extension citus`, where the server loads it (shared_preload_libraries); on each node, before they are added.",
    );
  }
  const major = Number.parseInt(version, 10);
  if (major < citusMajors.from || major > citusMajors.to) {
    throw notACluster(
      `Citus is ${version} here; the console knows ${citusMajors.from} to ${citusMajors.to}.`,
      "Upgrade it, on every node.",
    );
  }
  const nodes = (await nodesOf(sql)).filter(({ isActive }) => isActive);
  const taking = nodes.filter(({ takesShards }) => takesShards);
  if (taking.length === 0) {
    throw notACluster(
      "The cluster has no node that takes parts of tables.",
      "`select citus_add_node('HOST', PORT)` adds one, on the coordinator.",
    );
  }
  await requireNodes(sql);
  return taking.length;
}

function notACluster(title: string, hint: string): ConsoleError {
  return new ConsoleError("not_convertible", title, { hint: `Nothing was changed. ${hint}` });
}

function refusal(obstacles: readonly Obstacle[]): ConsoleError {
  const told = obstacles.map(({ table, what }) => `${table}: ${what}`);
  const remedies = new Set(obstacles.map(({ remedy }) => remedy));
  return new ConsoleError("not_convertible", `The tables cannot be distributed as they are (${told.join("; ")}).`, {
    hint: `Nothing was changed. ${[...remedies].join(" ")}`,
  });
}

/** Returns the rows of each table that moved. */
async function distributeAll(
  sql: Sql,
  { dataset }: Session,
  { all, shards }: Plan,
  tell: (text: string) => void,
): Promise<Map<Placing, number>> {
  const left = all.filter((one) => !isPlaced(one));
  const live = left.filter(({ kind }) => kind === "live");
  const steps = [
    ...(live.length > 0 ? [live] : []),
    ...left.filter(({ kind }) => kind === "snapshot").map((one) => [one]),
  ];
  const moved = new Map<Placing, number>();
  for (const step of steps) {
    await sql.begin("isolation level read committed", async (tx) => {
      await settleTransaction(tx);
      const tables = step.map(({ table }) => table);
      await spreadLongNames(tx, [...tables, ...(await partitionsOf(tx, tables))]);
      await placeFunctions(tx);
      for (const one of step) {
        tell(`distributing ${one.table.name} (${left.indexOf(one) + 1} of ${left.length})`);
        const rows = await place(tx, one, shards);
        moved.set(one, rows);
        await recordPlaced(tx, { ...recordOf(one), dataset: dataset.name, shards, rows });
      }
      // Children first: what they refer to goes with all that refers to it.
      for (const { table } of step.toReversed()) await removeLocalCopy(tx, table);
    });
  }
  return moved;
}

function recordOf({ table, column, beside }: Placing) {
  const { operator, host } = whoami();
  const colocated_with = beside?.name ?? null;
  return { table_name: table.name, distributed_by: column, colocated_with, operator, host };
}

async function withRows(sql: Queryable, plan: Plan): Promise<Distribution> {
  const rows = new Map<Placing, number>();
  for (const one of plan.all) if (!isPlaced(one)) rows.set(one, await rowsIn(sql, one.table));
  return { ...answerOf(plan, rows), done: rows.size === 0 };
}

function answerOf({ all, shards, nodes }: Plan, rows: ReadonlyMap<Placing, number>): Omit<Distribution, "done"> {
  const tables = all.map(
    (one): PlacedTable => ({
      table: one.table.name,
      kind: one.kind,
      column: one.column,
      colocated_with: one.beside?.name ?? null,
      rows: rows.get(one) ?? null,
    }),
  );
  return { tables, local, shards, nodes };
}
