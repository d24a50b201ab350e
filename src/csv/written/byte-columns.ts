import type { SureBytes } from "../cells/sure-bytes.ts";
import type { WrittenJudge } from "../cells/written-judge.ts";

/** A column of rows that are read by their bytes. */
export interface ByteColumn {
  judge: WrittenJudge;
  sure: SureBytes;
  kind: number;
  /** Whether a value that is sent stands before it. */
  isLater: boolean;
  mayBeEmpty: boolean;
  /** Whether each word for NULL is sound here, and is NULL. */
  mayBeNull: boolean;
}

/** Of the file's columns; null for one that is left out. `nulls` are the words for NULL. */
export function byteColumns(
  judges: readonly (WrittenJudge | null)[],
  nulls: readonly string[],
): readonly (ByteColumn | null)[] {
  const first = judges.findIndex((judge) => judge !== null);
  return judges.map((judge, index) => {
    if (judge === null) return null;
    const { quick, sure, write } = judge;
    const mayBeNull = nulls.every((word) => isSound(judge, word) && write(word) === "");
    return { judge, sure, kind: sure.kind, isLater: index > first, mayBeEmpty: quick.mayBeEmpty, mayBeNull };
  });
}

/** True for a value that is sound for certain. */
export function isSound({ quick: { pattern, within } }: WrittenJudge, value: string): boolean {
  return pattern.test(value) && within?.(value) !== false;
}

/** The bytes that words begin with, as a table. */
export function beginnings(words: readonly string[]): Uint8Array {
  const begins = new Uint8Array(256);
  for (const word of words) begins[Buffer.from(word)[0] ?? 0] = 1;
  return begins;
}
