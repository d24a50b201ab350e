/**
 * ink puts every frame together cell by cell, which at 220×60 takes most of the time between a key and its frame. A line that we
 * painted ourselves, at the width that it is to have, is in its place as it is.
 */

interface Write {
  type: string;
  x: number;
  y: number;
  text: string;
  transformers: readonly ((text: string, index: number) => string)[];
}

interface Output {
  width: number;
  height: number;
  operations: Write[];
  get(): { output: string; height: number };
}

export type OutputClass = { new (size: { width: number; height: number }): Output; prototype: Output };

/** What ink is told in the place of a line of ours, which its transformer then makes of it. */
export const placeOfLine = " ";

/** The line, where it is one of ours and stands alone. */
function lineOf([write, ...others]: readonly Write[]): string | null {
  const [change, ...more] = write?.transformers ?? [];
  if (write === undefined || others.length > 0 || change === undefined || more.length > 0) return null;
  return write.x === 0 && write.text === placeOfLine ? change(placeOfLine, 0).trimEnd() : null;
}

/** The same picture as before; ink puts together what are no lines of ours. */
export function keepRows(OfInk: OutputClass): void {
  const whole = OfInk.prototype.get;
  OfInk.prototype.get = function get() {
    const { width, height, operations } = this;
    if (operations.some(({ type, text }) => type !== "write" || text.includes("\n"))) return whole.call(this);
    const lines = Array<string>(height).fill("");
    for (const [y, writes] of Map.groupBy(operations, (write) => write.y)) {
      if (y < 0 || y >= height) continue;
      const line = lineOf(writes);
      if (line !== null) lines[y] = line;
      else {
        const one = new OfInk({ width, height: 1 });
        one.operations = writes.map((write) => ({ ...write, y: 0 }));
        lines[y] = whole.call(one).output;
      }
    }
    return { output: lines.join("\n"), height };
  };
}

/** In the ink that is loaded: in one file with it, this path is put in place when that is built (`standalone/ink.ts`). */
export async function keepRowsOfInk(): Promise<void> {
  try {
    const module: unknown = await import(new URL("output.js", import.meta.resolve("ink")).href);
    const found = typeof module === "object" && module !== null && "default" in module ? module.default : null;
    if (typeof found === "function" && typeof found.prototype?.get === "function") keepRows(found as OutputClass);
  } catch {
    // Slower, and the same.
  }
}
