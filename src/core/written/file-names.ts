/** True where the manifest names files by a pattern, in which `*` is any text. */
export function isPattern(file: string): boolean {
  return file.includes("*");
}

/** Besides the file that the manifest names, its compressed forms are read. */
export const readEndings = ["", ".gz", ".zst", ".zip"];

/** True for the name of a file that is a table's, of which the manifest has this name or pattern. */
export function isOf(name: string, file: string): boolean {
  if (!isPattern(file)) return readEndings.some((ending) => name === file + ending);
  const texts = file.split("*").map((text) => text.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"));
  return !name.startsWith(".") && new RegExp(`^${texts.join(".*")}(?:\\.gz|\\.zst|\\.zip)?$`, "s").test(name);
}

/** What a place in a file is called: Parquet has rows, which are counted from 1. */
export function lineWordOf(file: string): "line" | "row" {
  return file.endsWith(".parquet") ? "row" : "line";
}
