import { open, rename, rm } from "node:fs/promises";
import { ConsoleError, codeOf, messageOf } from "../../core/errors.ts";

/** Puts the text into a new file, or, where that is meant, in place of one that is there: then all at once. */
export async function writeSuite(path: string, text: string, isOver: boolean): Promise<void> {
  const place = isOver ? `${path}.${process.pid}.partial` : path;
  try {
    const file = await open(place, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } catch (cause) {
      await rm(place, { force: true });
      throw cause;
    } finally {
      await file.close();
    }
    if (isOver) await rename(place, path);
  } catch (cause) {
    if (!isOver && codeOf(cause) === "EEXIST") throw isThere(path);
    if (isOver) await rm(place, { force: true }).catch(() => undefined);
    throw new ConsoleError("io_error", `The suite ${path} cannot be written: ${messageOf(cause)}`, {
      hint: "Check that its folder exists, may be written and has room, or name another file with --suite.",
      cause,
    });
  }
}

/** A suite is somebody's work: it is not written over by chance. */
export function isThere(path: string): ConsoleError {
  return new ConsoleError("usage", `${path} is there already, and nothing was written.`, {
    hint: "Name another file with --suite, or add --yes to write over it.",
  });
}
