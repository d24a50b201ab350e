import { mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ConsoleError, messageOf } from "../../core/errors.ts";

/** Drafts of this process: two of the same file at once are two. */
let drafts = 0;

/**
 * Write a file whole or not at all: whoever reads it meanwhile has the one before. Where a link stands, what it leads to is
 * written, and into what is no file, as a device or a pipe: to put a file in its place would take it from everybody else.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new ConsoleError("io_error", `${path} is a folder.`, { hint: "Name a file in it." });
  let beside: string | null = null;
  try {
    if (found !== null && !found.isFile()) return await writeFile(path, text);
    const place = found === null ? path : await realpath(path);
    beside = `${place}.${process.pid}.${++drafts}.part`;
    await mkdir(dirname(place), { recursive: true });
    await Bun.write(beside, text);
    await rename(beside, place);
  } catch (cause) {
    // What is told is why it could not be written, and not that a draft of it could not be removed.
    if (beside !== null) await rm(beside, { force: true }).catch(() => {});
    throw new ConsoleError("io_error", `${path} could not be written: ${messageOf(cause)}`, {
      hint: "Name a place where files can be written, and that has room for it.",
      cause,
    });
  }
}

/** Write it unless its text is there already. */
export async function writeChanged(path: string, text: string): Promise<void> {
  const file = Bun.file(path);
  if ((await file.exists()) && (await file.text()) === text) return;
  await writeWhole(path, text);
}
