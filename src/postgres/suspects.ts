import type { Column } from "../core/columns.ts";
import type { Seal } from "../core/events.ts";
import { type Hashing, hashingOf } from "../core/fingerprints.ts";
import type { RowDifference } from "../core/seal-listings.ts";
import { keyColumns } from "./catalog.ts";
import type { Queryable } from "./connect.ts";
import { keyHash, keyText } from "./fingerprint.ts";
import type { Fragment } from "./fragments.ts";
import type { Suspect } from "./key-groups.ts";
import { type Frozen, frozenRows } from "./snapshots.ts";

/**
 * The keys of suspects, in order: those of changed and added rows from the snapshot itself, those of removed rows from
 * the live table, where they may still stand. A key that is in neither is left out.
 */
export async function nameRows(
  sql: Queryable,
  table: Frozen,
  { as_of: asOf, fingerprint }: Pick<Seal, "as_of" | "fingerprint">,
  suspects: readonly Suspect[],
): Promise<RowDifference[]> {
  const key = { columns: keyColumns(table), hashing: hashingOf(fingerprint) };
  const { schema, name } = table.live;
  const removed = suspects.filter(({ change }) => change === "removed");
  const standing = suspects.filter(({ change }) => change !== "removed");
  const differences = [
    ...(await keysOf(sql, frozenRows(sql, table, asOf), key, standing)),
    ...(await keysOf(sql, sql`${sql(schema)}.${sql(name)}`, key, removed)),
  ];
  return differences.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function keysOf(
  sql: Queryable,
  relation: Fragment,
  key: { columns: readonly Column[]; hashing: Hashing },
  suspects: readonly Suspect[],
): Promise<RowDifference[]> {
  if (suspects.length === 0) return [];
  const changes = new Map(suspects.map(({ keyHash: hash, change }) => [hash, change]));
  const hashOfKey = keyHash(sql, key.columns, key.hashing);
  const rows = await sql<{ key: string; hash: number }[]>`
    select ${keyText(sql, key.columns)} as key, ${hashOfKey} as hash
      from ${relation} s where ${hashOfKey} = any(${[...changes.keys()]}::bigint[])`;
  return rows.flatMap(({ key: name, hash }) => {
    const change = changes.get(hash);
    // Should two keys share a hash, one stands for both.
    changes.delete(hash);
    return change === undefined ? [] : [{ key: name, change }];
  });
}
