import { formatCount, formatCounted } from "../../../core/format.ts";
import { type Check, check } from "../../../core/messages/listings.ts";
import { areDistributed } from "../../../postgres/catalog/dataset-tables.ts";
import type { TableName } from "../../../postgres/catalog/introspect.ts";
import { citusMajors, citusVersion, placeOf, type Share, sharesOf } from "../../../postgres/cluster/nodes.ts";
import { placings } from "../../../postgres/cluster/plan.ts";
import { type Asked, askNodes, endsPrepared, preparedIn, whySilent } from "../../../postgres/cluster/recovery.ts";
import type { Rights } from "../../../postgres/roles/rights.ts";
import type { Session } from "../../session/session.ts";

/** How a cluster is, and whether its rows can be read now: not while a node is away, or has locked what it is yet to commit. */
interface ClusterHealth {
  checks: Check[];
  isReadable: boolean;
}

/** The nodes of a cluster, and how the tables lie on them, with their rows for who may read those; nothing where there is none. */
export async function checkCluster({ sql, tables }: Session, { browsing }: Rights): Promise<ClusterHealth> {
  const version = await citusVersion(sql);
  if (version === null) return { checks: [], isReadable: true };
  const asked = await askNodes(sql);
  const silent = asked.filter(({ answers }) => !answers);
  const head = versionCheck(version, asked.length);
  if (!areDistributed(tables)) {
    const told = `${head.detail}; the tables are of this server alone`;
    const remedy = head.remedy ?? "`doctor --distribute` says how they would be spread over the nodes.";
    return { checks: [check(head.state, head.name, told, remedy)], isReadable: true };
  }
  if (silent.length > 0) {
    const { title, hint } = await whySilent(sql, silent);
    return { checks: [head, check("fail", "nodes", title, hint)], isReadable: false };
  }
  const isReadable = asked.every(({ prepared }) => prepared === 0);
  const placed = placings(tables).flatMap(({ table }) => (table.distribution === null ? [] : [table]));
  const shares = await sharesOf(sql, placed, isReadable && browsing.length === 0);
  return { checks: [head, checkShares(shares, placed), checkPrepared(asked)], isReadable };
}

function versionCheck(version: string, nodes: number): Check {
  const major = Number.parseInt(version, 10);
  const told = `Citus ${version}, ${formatCounted(nodes, "node")} besides the coordinator`;
  if (major >= citusMajors.from && major <= citusMajors.to) return check("ok", "cluster", told);
  return check("warn", "cluster", told, `The console knows Citus ${citusMajors.from} to ${citusMajors.to}.`);
}

/** So much more than its share a node may have before it is told: a hash spreads rows no more evenly than that. */
const uneven = 1.5;

function checkShares(shares: readonly Share[], [first]: readonly TableName[]): Check {
  const told = shares.map((one) => {
    const rows = one.rows === null ? "" : ` and ${formatCount(one.rows)} rows of ${first?.name}`;
    return `${placeOf(one)} has ${formatCounted(one.shards, "shard")}${rows}`;
  });
  const most = Math.max(...shares.map(({ shards }) => shards));
  const usual = shares.reduce((sum, { shards }) => sum + shards, 0) / shares.length;
  if (most <= usual * uneven) return check("ok", "nodes", told.join("; "));
  return check(
    "warn",
    "nodes",
    told.join("; "),
    "`select citus_rebalance_start()` on the coordinator moves shards to where there are few: the console moves none by itself.",
  );
}

/** What a node that was lost between the two halves of a commit leaves. */
function checkPrepared(nodes: readonly Asked[]): Check {
  const waiting = nodes.filter(({ prepared }) => prepared > 0);
  if (waiting.length === 0) return check("ok", "commits", "none was left half done on a node");
  return check(
    "warn",
    "commits",
    `There is what was prepared and is not ended: ${preparedIn(waiting)}.`,
    `What they wrote is not to be seen, and stays locked, until then. Citus ends them within a minute; ${endsPrepared}.`,
  );
}
