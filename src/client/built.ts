import { readFileSync, type Stats, statSync } from "node:fs";
import { ownFolder, shipped } from "../core/self.ts";

/**
 * The console's two programs as one file each, with what the engine makes of its text: to read and compile hundreds of files
 * takes longer than to list the months does. `bun install` makes them in a checkout (`standalone/prepare.ts`).
 */

/** `console` is `src/program.ts`, which `src/main.ts` goes on with; `pipeline` is the subprocess. */
export type Program = "console" | "pipeline";

/** Where they are, below the project's folder, with what they were made of in `stamp.json`. */
export const builtFolder = "dist/built";

/** Which Bun made them, and each file that they were made of, or that was made, as it was then. */
export interface Stamp {
  bun: string;
  files: Record<string, string>;
}

/** What is another for a file that was written since, even with its old size and time. */
export function stampOf({ size, mtimeMs, ctimeMs }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs}`;
}

/** What they were made of; null where there are none that this Bun can start, or none are to be used. */
export function builtStamp(env = process.env): Stamp | null {
  if (ownFolder === null || env.STREAMFLOW_BUILT === "no") return null;
  try {
    const stamp: Stamp = JSON.parse(readFileSync(shipped(`${builtFolder}/stamp.json`), "utf8"));
    return stamp.bun === Bun.version ? stamp : null;
  } catch {
    return null;
  }
}

/** True where they may be started. */
export function isBuilt(): boolean {
  const stamp = builtStamp();
  return stamp !== null && isOfTheseFiles(stamp);
}

export function builtFile(program: Program): string {
  return shipped(`${builtFolder}/${program}.js`);
}

/** True where all files are still as they were. It takes a millisecond or two. */
export function isOfTheseFiles({ files }: Stamp): boolean {
  try {
    return Object.entries(files).every(([path, stamp]) => stampOf(statSync(shipped(path))) === stamp);
  } catch {
    return false;
  }
}
