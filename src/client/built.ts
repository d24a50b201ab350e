import type { Stats } from "node:fs";
import { form, shipped } from "../core/self.ts";

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

/**
 * What is another for a file that was written since, even with its old size and time. A package's file is one and the same
 * in all checkouts that Bun linked it into, where each of them that comes or goes changes when it was last touched.
 */
export function stampOf(path: string, stats: Stats): string {
  return `${stats.size} ${stats.mtimeMs} ${lastTouched(path, stats)}`;
}

/** Milliseconds since the epoch. */
export function lastTouched(path: string, { mtimeMs, ctimeMs }: Stats): number {
  return /(?:^|[\\/])node_modules[\\/]/.test(path) ? mtimeMs : Math.max(mtimeMs, ctimeMs);
}

export function builtFile(program: Program): string {
  return shipped(`${builtFolder}/${program}.js`);
}

/** False where there are none, or none are to be used. */
export function mayBeBuilt(env = process.env): boolean {
  return form === "checkout" && env.STREAMFLOW_BUILT !== "no";
}

/** True where they were made by this Bun, of files that all are still as they were. It takes a millisecond or two. */
export function isBuilt(): boolean {
  if (!mayBeBuilt()) return false;
  // Loaded now: the subprocess is started before, even where it turns out that there is none to start.
  const { readFileSync, statSync } = process.getBuiltinModule("node:fs");
  try {
    const { bun, files }: Stamp = JSON.parse(readFileSync(shipped(`${builtFolder}/stamp.json`), "utf8"));
    return (
      bun === Bun.version &&
      Object.entries(files).every(([path, stamp]) => stampOf(path, statSync(shipped(path))) === stamp)
    );
  } catch {
    return false;
  }
}
