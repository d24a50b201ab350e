import { readdir } from "node:fs/promises";
import { codeOf } from "../../core/errors.ts";

export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // What is not there holds no file; what may not be read must not pass for empty.
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
    throw error;
  }
}
