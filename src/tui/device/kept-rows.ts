/**
 * ink puts every frame together cell by cell, which at 220×60 takes most of the time between a key and its frame. Of what we draw
 * all but a few lines are those of the frame before: a line that is one text of its own is put together once, by ink itself.
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

/** Whether it is one line from the edge on, that nothing changes on its way. */
function isLine({ type, x, text, transformers }: Write): boolean {
  return (
    type === "write" && x === 0 && !text.includes("\n") && transformers.every((change) => change(text, 0) === text)
  );
}

/** The same output as before; rows of the frame before are taken from it. */
export function keepRows(OfInk: OutputClass): void {
  const whole = OfInk.prototype.get;
  let kept = new Map<string, string>();
  const rowOf = (write: Write, width: number) => {
    const one = new OfInk({ width, height: 1 });
    one.operations = [{ ...write, y: 0 }];
    return whole.call(one).output;
  };
  OfInk.prototype.get = function get() {
    const { width, height, operations } = this;
    const isAlone = new Set(operations.map(({ y }) => y)).size === operations.length;
    if (!isAlone || !operations.every(isLine)) return whole.call(this);
    const rows = new Map<string, string>();
    const lines = Array<string>(height).fill("");
    for (const write of operations) {
      const name = `${width} ${write.text}`;
      const row = kept.get(name) ?? rowOf(write, width);
      rows.set(name, row);
      if (write.y >= 0 && write.y < height) lines[write.y] = row;
    }
    kept = rows;
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
