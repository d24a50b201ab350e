import { binary, int32 } from "./binary.ts";
import type { NamedType, Row, Value } from "./values.ts";

/**
 * The exact fingerprint, calculated here from what it is said to be and from PostgreSQL's documentation of its binary
 * forms. Nothing of src/postgres is in it: what both say is hardly a mistake of either.
 */

/** The four words of a row's hash. */
export type Words = readonly bigint[];

export function fingerprintOf(columns: readonly NamedType[], rows: readonly Row[]): string {
  return fingerprintOfHashes(rows.map(rowHasher(columns)));
}

export function fingerprintOfHashes(hashes: readonly Words[]): string {
  const sums = [0, 1, 2, 3].map((word) => hashes.reduce((sum, hash) => sum + (hash[word] ?? 0n), 0n));
  return `3-${sums.map((sum) => BigInt.asUintN(64, sum).toString(16).padStart(16, "0")).join("")}`;
}

/** Makes SHA-256 of rows: of a composite's binary form, which has the columns' names and types for its first cell. */
export function rowHasher(columns: readonly NamedType[]): (row: Row) => Words {
  const described = Buffer.from(JSON.stringify(columns.map(({ name, type }) => [name, type])));
  const start = [int32(columns.length + 1), ...cellOf("bytea")(sha256([described]))];
  const cells = columns.map(({ type }) => cellOf(type));
  return (row) => {
    const digest = sha256([...start, ...cells.flatMap((cell, index) => cell(row[index] ?? null))]);
    return [0, 8, 16, 24].map((offset) => digest.readBigUInt64BE(offset));
  };
}

/** Frames cells of a type: the type's number, how many bytes follow or -1 for NULL, and the bytes. */
function cellOf(type: string): (value: Value) => Buffer[] {
  const known = binary[type];
  if (known === undefined) throw new Error(`how PostgreSQL sends ${type} is not told here`);
  const oid = int32(known.oid);
  const missing = [oid, int32(-1)];
  return (value) => {
    if (value === null) return missing;
    const bytes = known.bytes(value);
    return [oid, int32(bytes.length), bytes];
  };
}

function sha256(parts: readonly Buffer[]): Buffer {
  return new Bun.CryptoHasher("sha256").update(Buffer.concat(parts)).digest();
}
