/**
 * What a seal keeps of the rows whose key's hash ends in the same byte: group, rows, the sum of the low 32 bits of each
 * row's hash, and the sum of those, each multiplied by its key's hash. Sums are text, for they outgrow a number.
 */
export type KeyGroup = [group: number, rows: number, lowSum: string, weightedSum: string];

/** A key, by its hash, whose row is not what the seal vouches for. */
export interface Suspect {
  keyHash: number;
  change: "changed" | "added" | "removed";
}

const changeByRows = new Map<number, Suspect["change"]>([
  [0, "changed"],
  [1, "added"],
  [-1, "removed"],
]);

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
    const change = changeByRows.get(rowsNow - rows);
    const keyHash = moved !== 0n && movedWeighted % moved === 0n ? movedWeighted / moved : -1n;
    if (change !== undefined && isHashOf(keyHash, group)) suspects.push({ keyHash: Number(keyHash), change });
    else unnamed++;
  }
  return { suspects, unnamed };
}

function isHashOf(keyHash: bigint, group: number): boolean {
  return keyHash >= 0n && keyHash < 2n ** 31n && Number(keyHash & 255n) === group;
}
