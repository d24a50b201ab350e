import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import { oidOf } from "../connection/fragments.ts";
import { type Frozen, isFrozen } from "../snapshots/snapshots.ts";

/** A snapshot table that is to be partitioned by `asOf`. */
export interface Target extends TableName {
  oid: number;
  owner: string;
  columns: string[];
  asOf: string;
}

/** Snapshot tables that are not partitioned: those that can be, and those that Citus distributed, which are left alone. */
export function unpartitioned(tables: readonly LoadTable[]): Record<"ours" | "distributed", Frozen[]> {
  const plain = tables.filter(isFrozen).filter(({ snapshot }) => !snapshot.table.partitioned);
  const isDistributed = ({ snapshot }: Frozen) => snapshot.table.distribution !== null;
  return { ours: plain.filter((table) => !isDistributed(table)), distributed: plain.filter(isDistributed) };
}

/** The tables with what the catalog knows of them at this moment. */
export async function targetsOf(sql: Queryable, tables: readonly Frozen[]): Promise<Target[]> {
  const targets: Target[] = [];
  for (const { snapshot } of tables) {
    const { schema, name, columns } = snapshot.table;
    const [row] = await sql<{ oid: number; owner: string }[]>`
      select oid, pg_get_userbyid(relowner) as owner from pg_class where oid = ${oidOf(snapshot.table)}`;
    const { oid, owner } = row ?? { oid: 0, owner: "" };
    targets.push({ schema, name, oid, owner, columns: columns.map((one) => one.name), asOf: snapshot.asOfColumn });
  }
  return targets;
}
