import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ConsoleError, messageOf } from "../../core/errors.ts";

/** Write a file whole or not at all: whoever reads it meanwhile has the one before. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await Bun.write(beside, text);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {});
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
