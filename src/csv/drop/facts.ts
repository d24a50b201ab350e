import type { Stats } from "node:fs";

/** What tells a file from another, as the system has it. */
export interface FileFacts {
  bytes: number;
  /** Milliseconds since 1970; 0 when it is not there. */
  modified_ms: number;
  /** Tells it from another file of its name, size and time: device, inode, and when the inode was last changed. */
  identity: string;
}

export function factsOf({ size, mtimeMs, dev, ino, ctimeMs }: Stats): FileFacts {
  return { bytes: size, modified_ms: mtimeMs, identity: `${dev}:${ino}:${ctimeMs}` };
}
