import type { Seal } from "../../core/messages/events.ts";
import { hashingOf, type RowDifference } from "../../core/messages/seals.ts";
import { keyColumns } from "../catalog/dataset-tables.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, keyAsText, qualified } from "../connection/fragments.ts";
import { type KeyGroup, keyHash } from "./fingerprint.ts";
import { type Frozen, frozenRows } from "./snapshots.ts";

/** A key, by its hash, whose row is not what the seal vouches for. */
interface Suspect {
  keyHash: number;
  change: "changed" | "added" | "removed";
}

const changeByRows: Record<number, Suspect["change"]> = { 0: "changed", 1: "added", [-1]: "removed" };

/**
 * Find the rows that differ. If just one row of a group differs, both of its sums have moved by that row alone, the
 * second by as much as the first times the key's hash: the quotient is the key. Where it is no hash of this group,
 * several rows differ and none can be named; `unnamed` counts those groups.
 */
export function findSuspects(
  sealed: readonly KeyGroup[],
  found: readonly KeyGroup[],
): { suspects: Suspect[]; unnamed: number } {
  const before = new Map(sealed.map((group) => [group[0], group]));
  const after = new Map(found.map((group) => [group[0], group]));
  const suspects: Suspect[] = [];
  let unnamed = 0;
  for (const group of new Set([...before.keys(), ...after.keys()])) {
    const [, rows, low, weighted] = before.get(group) ?? [group, 0, "0", "0"];
    const [, rowsNow, lowNow, weightedNow] = after.get(group) ?? [group, 0, "0", "0"];
    const moved = BigInt(lowNow) - BigInt(low);
    const movedWeighted = BigInt(weightedNow) - BigInt(weighted);
    if (rows === rowsNow && moved === 0n && movedWeighted === 0n) continue;
    const change = changeByRows[rowsNow - rows];
    const keyHash = moved !== 0n && movedWeighted % moved === 0n ? movedWeighted / moved : -1n;
    const isHash = keyHash >= 0n && keyHash < 2n ** 31n && Number(keyHash & 255n) === group;
    if (change !== undefined && isHash) suspects.push({ keyHash: Number(keyHash), change });
    else unnamed++;
  }
  return { suspects, unnamed };
}

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
  const hash = keyHash(keyColumns(table), hashingOf(fingerprint));
  const named = async (relation: Fragment, wanted: readonly Suspect[]): Promise<RowDifference[]> => {
    if (wanted.length === 0) return [];
    const changes = new Map(wanted.map((suspect) => [suspect.keyHash, suspect.change]));
    const rows = await sql<{ key: string; hash: number }[]>`
      select ${keyAsText(table.live.key)} as key, ${hash} as hash
        from ${relation} s where ${hash} = any(${[...changes.keys()]}::bigint[])`;
    return rows.flatMap((row) => {
      const change = changes.get(row.hash);
      // Should two keys share a hash, one stands for both.
      changes.delete(row.hash);
      return change === undefined ? [] : [{ key: row.key, change }];
    });
  };
  const { removed = [], standing = [] } = Object.groupBy(suspects, ({ change }) =>
    change === "removed" ? "removed" : "standing",
  );
  const differences = [
    ...(await named(frozenRows(table, asOf, table.snapshot.columns), standing)),
    ...(await named(qualified(table.live), removed)),
  ];
  return differences.sort((a, b) => (a.key < b.key ? -1 : 1));
}
