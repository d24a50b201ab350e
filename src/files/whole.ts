import { chmod, link, open, realpath, rename, stat, writeFile } from "node:fs/promises";
import { codeOf } from "../core/errors.ts";
import { beginDraft, endDraft } from "./draft.ts";

interface Manner {
  /** Rejects with EEXIST where something has that name already. */
  isNew?: boolean;
  /** True for what is somebody's work: it is on the disk before it has its name. */
  isKept?: boolean;
}

/**
 * Write a file whole or not at all: whoever reads it meanwhile has the one before. Where a link stands, what it leads to is
 * written, and into what is no file, as a device or a pipe: to put a file in its place would take it from everybody else.
 */
export async function writeWhole(path: string, text: string, { isNew, isKept }: Manner = {}): Promise<void> {
  const found = isNew ? null : await stat(path).catch(() => null);
  if (found !== null && !found.isFile()) return writeFile(path, text);
  const place = found === null ? path : await realpath(path);
  const draft = beginDraft(place);
  try {
    const file = await open(draft, "w");
    try {
      await file.writeFile(text);
      if (isKept) await file.sync();
    } finally {
      await file.close();
    }
    if (found !== null) await chmod(draft, found.mode);
    await (isNew ? nameAnew(draft, place) : rename(draft, place));
  } finally {
    endDraft(draft);
  }
}

/** What comes into being there meanwhile stays. */
async function nameAnew(draft: string, place: string): Promise<void> {
  try {
    await link(draft, place);
  } catch (cause) {
    // A second name for a file is nothing that each file system has.
    if (codeOf(cause) === "EEXIST" || (await stat(place).catch(() => null)) !== null) throw cause;
    await rename(draft, place);
  }
}
