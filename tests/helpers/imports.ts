import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Glob } from "bun";

const project = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** From the project's folder: `src/core/month.ts`. */
  path: string;
  lines: number;
  /** As written, types included: a type from above is a dependency like any other. */
  imports: string[];
}

// `import … from "x"` and `export … from "x"`, over as many lines as they take; `import "x"`; `import("x")`; `require("x")`.
const importPattern =
  /^(?:import|export)\b[^;"']*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\b(?:import|require)\(\s*"([^"]+)"/gm;

/** The sources in a folder of the project, such as `src`, by path. */
export async function sourceFiles(folder: string): Promise<SourceFile[]> {
  const paths = (await Array.fromAsync(new Glob(`${folder}/**/*.{ts,tsx}`).scan(project))).sort();
  return Promise.all(
    paths.map(async (path) => {
      const text = await Bun.file(join(project, path)).text();
      const imports = [...text.matchAll(importPattern)].map(([, from, alone, later]) => from ?? alone ?? later ?? "");
      return { path, lines: text.split("\n").length - 1, imports };
    }),
  );
}

/** Path from the project's folder of a relative import; null for a library. */
export function targetOf({ path }: SourceFile, name: string): string | null {
  return name.startsWith(".") ? join(path, "..", name) : null;
}

/** Names that lead back to the first of them, each needing the next; empty when there is no circle. */
export function circleIn(needs: readonly (readonly [name: string, needed: readonly string[]])[]): string[] {
  const needed = new Map<string, Set<string>>();
  for (const [name, others] of needs) needed.set(name, new Set([...(needed.get(name) ?? []), ...others]));
  const sound = new Set<string>();
  const circleFrom = (name: string, trail: readonly string[]): string[] => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    if (sound.has(name)) return [];
    for (const other of needed.get(name) ?? []) {
      const circle = other === name ? [] : circleFrom(other, [...trail, name]);
      if (circle.length > 0) return circle;
    }
    sound.add(name);
    return [];
  };
  for (const name of needed.keys()) {
    const circle = circleFrom(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
