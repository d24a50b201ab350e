import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { whyUnwritten } from "../../files/draft.ts";
import { writeWhole } from "../../files/whole.ts";

/** Write a page, in a folder that is made where there is none. */
export async function writePage(path: string, text: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new ConsoleError("io_error", `${path} is a folder.`, { hint: "Name a file in it." });
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, text);
  } catch (cause) {
    throw new ConsoleError("io_error", `${path} could not be written: ${whyUnwritten(cause)}`, {
      hint: "Name a place where files can be written, and that has room for it.",
      cause,
    });
  }
}

/** Write it unless its text is there already. */
export async function writeChanged(path: string, text: string): Promise<void> {
  const file = Bun.file(path);
  if ((await file.exists()) && (await file.text()) === text) return;
  await writePage(path, text);
}
