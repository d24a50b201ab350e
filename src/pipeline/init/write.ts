import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { escapeControl } from "../../core/text.ts";
import { unwritable } from "../../files/draft.ts";
import { writeWhole } from "../../files/whole.ts";

/** What is somebody's work is not written over by chance: throws where one of the files, or a dataset, is there. */
export async function requireFree(folder: string, files: readonly string[], overwrite: boolean): Promise<void> {
  const there = files.filter((file) => existsSync(join(folder, file)));
  if (overwrite || there.length === 0) return;
  const all = (await readdir(folder)).sort();
  throw new ConsoleError("usage", `${escapeControl(folder)} is there already, and nothing was written.`, {
    hint:
      `It holds ${all.slice(0, 8).map(escapeControl).join(", ")}${all.length > 8 ? ", …" : ""}. Name another folder with --to, ` +
      `or add --yes to write over ${there.slice(0, 5).join(", ")}${there.length > 5 ? ", …" : ""}.`,
  });
}

/** Each file is there as a whole or as it was before. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, text] of files) {
    const path = join(folder, file);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, text, { isKept: true });
    } catch (cause) {
      throw unwritable(
        escapeControl(path),
        cause,
        "Check that its folder may be written to and has room, or name another with --to.",
      );
    }
  }
}
