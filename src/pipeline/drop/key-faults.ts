import { codeOf } from "../../core/errors.ts";
import { SourceFault } from "../../csv/files/source-fault.ts";
import type { LocatedKeys } from "../../csv/locate.ts";
import { locateKeys } from "../../csv/parts/locate.ts";
import type { TableSource } from "../../csv/source.ts";
import type { CopyWriter } from "../../postgres/connection/copy.ts";

/** A key that the database would not take; which rows, and on which lines, is found out after the rollback. */
export class KeyFault extends Error {
  constructor(
    readonly kind: "repeated" | "orphaned" | "broken",
    readonly table: string,
  ) {
    super(`${kind} key in ${table}`);
  }
}

/** SQLSTATEs of a unique and of a foreign key that a write would have broken. */
const keyViolations = new Set(["23505", "23503"]);

export function isKeyViolation(thrown: unknown): boolean {
  return keyViolations.has(codeOf(thrown));
}

/** Send a file's keys and their lines, a batch for each piece that is read. Null when it cannot be read to its end. */
export async function sendKeys(
  source: TableSource,
  copy: CopyWriter,
  textOf: (batch: LocatedKeys) => Uint8Array,
  signal?: AbortSignal,
): Promise<number | null> {
  let isWhole = true;
  try {
    for await (const batch of locateKeys(source, signal)) {
      const text = textOf(batch);
      if (text.length > 0) await copy.write(text);
    }
  } catch (error) {
    if (!(error instanceof SourceFault)) {
      await copy.abort("reading failed");
      throw error;
    }
    isWhole = false;
  }
  const rows = await copy.finish();
  return isWhole ? rows : null;
}
