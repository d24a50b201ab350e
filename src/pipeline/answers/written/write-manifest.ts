import { unwritable } from "../../../files/draft.ts";
import { writeWhole } from "../../../files/whole.ts";

/** In place of the one that is there, which is somebody's work. */
export async function writeManifest(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text, { isKept: true });
  } catch (cause) {
    throw unwritable(
      path,
      cause,
      "Check that it may be written and has room; or leave out --yes, and put what is proposed into it by hand.",
    );
  }
}
