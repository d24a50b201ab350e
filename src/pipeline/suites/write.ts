import { ConsoleError, codeOf } from "../../core/errors.ts";
import { unwritable } from "../../files/draft.ts";
import { writeWhole } from "../../files/whole.ts";

/** Puts the text into a new file, or, where that is meant, in place of one that is there. */
export async function writeSuite(path: string, text: string, isOver: boolean): Promise<void> {
  try {
    await writeWhole(path, text, { isNew: !isOver, isKept: true });
  } catch (cause) {
    if (!isOver && codeOf(cause) === "EEXIST") throw isThere(path);
    throw unwritable(
      `The suite ${path}`,
      cause,
      "Check that its folder exists, may be written and has room, or name another file with --suite.",
    );
  }
}

/** A suite is somebody's work: it is not written over by chance. */
export function isThere(path: string): ConsoleError {
  return new ConsoleError("usage", `${path} is there already, and nothing was written.`, {
    hint: "Name another file with --suite, or add --yes to write over it.",
  });
}
