import { ConsoleError, codeOf, messageOf } from "../../core/errors.ts";
import type { FaultCode } from "../../core/faults.ts";

/** The file as a whole cannot be read to its end. */
export class SourceFault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** Throws what the system says of a file as its fault. */
export function throwFault(error: unknown): never {
  if (error instanceof SourceFault || error instanceof ConsoleError) throw error;
  const code = codeOf(error);
  throw new SourceFault(code === "ENOENT" ? "file_missing" : "file_unreadable", reasonOf(error));
}

/** What the system says, without the path that the fault names anyway. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/, \w+( '.*')?$/, "");
}
