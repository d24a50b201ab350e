import type { Fault } from "../../src/core/faults.ts";
import type { Expected } from "../fixtures/bad/building.ts";

/** A fault as the catalogue writes it. */
export function asExpected({ file, line, column, value, code }: Fault): Expected {
  return [file, line ?? null, column ?? null, value ?? null, code];
}

/** In the order of files; within a file as they were found. */
export const byFile = (faults: readonly Expected[]) => faults.toSorted((a, b) => a[0].localeCompare(b[0]));
