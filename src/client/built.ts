import { readFileSync, type Stats, statSync } from "node:fs";
import { ownFolder, shipped } from "../core/self.ts";

/**
 * The pipeline as one file, with what the engine makes of its text: that spares a run of a small drop a fifth of the console's
 * processor time. `bun install` makes it in a checkout (`standalone/prepare.ts`).
 */

/** Where it is, below the project's folder: the file `main.js`, and what it was made of in `stamp.json`. */
export const builtFolder = "dist/pipeline";

/** Which Bun made it, and each file that it was made of, or that was made, as it was then. */
export interface Stamp {
  bun: string;
  files: Record<string, string>;
}

/** What is another for a file that was written since, even with its old size and time. */
export function stampOf({ size, mtimeMs, ctimeMs }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs}`;
}

/** The file, with what it was made of; null where there is none that this Bun can start, or none is to be used. */
export function builtPipeline(env = process.env): { entry: string; stamp: Stamp } | null {
  if (ownFolder === null || env.STREAMFLOW_BUILT === "no") return null;
  try {
    const stamp: Stamp = JSON.parse(readFileSync(shipped(`${builtFolder}/stamp.json`), "utf8"));
    return stamp.bun === Bun.version ? { entry: shipped(`${builtFolder}/main.js`), stamp } : null;
  } catch {
    return null;
  }
}

/** True where all files are still as they were. It takes some milliseconds. */
export function isOfTheseFiles({ files }: Stamp): boolean {
  try {
    return Object.entries(files).every(([path, stamp]) => stampOf(statSync(shipped(path))) === stamp);
  } catch {
    return false;
  }
}
