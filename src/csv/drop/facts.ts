import type { FileStats } from "../files/opened.ts";

/** What tells a file from another, as the system has it. */
export interface FileFacts {
  bytes: number;
  /** Milliseconds since 1970; 0 when it is not there. */
  modified_ms: number;
  /** Tells it from another file of its name, size and time: device, inode, and when the inode was last changed. */
  identity: string;
}

export function factsOf({ size, mtimeMs, dev, ino, ctimeMs }: FileStats): FileFacts {
  return { bytes: size, modified_ms: mtimeMs, identity: `${dev}:${ino}:${ctimeMs}` };
}

/** Whether the contents are other ones wherever the identity is another, and the same where it is not. */
export function tellsContents({ identity }: Pick<FileFacts, "identity">): boolean {
  return identity.startsWith("s3:");
}

/** Of files that are one table's, together: the size of them all, the newest time, and what tells them from others. */
export function factsOfParts(parts: readonly FileFacts[]): FileFacts {
  const [only, ...others] = parts;
  if (only === undefined) return { bytes: 0, modified_ms: 0, identity: "" };
  if (others.length === 0) return { bytes: only.bytes, modified_ms: only.modified_ms, identity: only.identity };
  const all = JSON.stringify(parts.map(({ bytes, modified_ms, identity }) => [bytes, modified_ms, identity]));
  return {
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    modified_ms: Math.max(...parts.map(({ modified_ms }) => modified_ms)),
    identity: new Bun.CryptoHasher("sha256").update(all).digest("hex"),
  };
}
