import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../core/errors.ts";
import { isInBucket } from "../../core/settings.ts";

export async function namesIn(folder: string): Promise<string[]> {
  if (isInBucket(folder)) return (await import("../files/bucket-listing.ts")).namesInBucket(folder);
  try {
    return await readdir(folder);
  } catch (error) {
    // What is not there holds no file; what may not be read must not pass for empty.
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
    throw error;
  }
}

/** What has this name in a folder, which `join` would take for a path on disk. */
export function pathIn(folder: string, name: string): string {
  return isInBucket(folder) ? `${folder.replace(/\/+$/, "")}/${name}` : join(folder, name);
}
