import { expect, test } from "bun:test";
import fc from "fast-check";
import { keepRows, type OutputClass } from "../../src/tui/device/kept-rows.ts";
import { row, span, type Tone } from "../../src/tui/drawing/spans.ts";
import { paint } from "../../src/tui/drawing/theme.ts";

/** Rows of the frame before are ink's own. */

const inkFile = new URL("output.js", import.meta.resolve("ink")).href;
const { default: OfInk }: { default: OutputClass } = await import(inkFile);
class Kept extends OfInk {}
keepRows(Kept);

const same = (text: string) => text;
const tones: Tone[] = ["plain", "dim", "strong", "accent", "good", "bad", "warn", "key"];
const piece = fc.record({
  text: fc.constantFrom("month_000", " ", "   ", "日本", "é", "e\u0301", "👩‍👧", "│", "━━─", "▇▁", "-0.01"),
  tone: fc.constantFrom(...tones),
});
const line = fc
  .record({ pieces: fc.array(piece, { maxLength: 8 }), selected: fc.boolean(), depth: fc.constantFrom("256", "none") })
  .map(({ pieces, selected, depth }) => {
    const painted = { ...row(...pieces.map(({ text, tone }) => span(text, tone))), selected };
    return paint(painted, { theme: "dark", depth, unicode: true }) || " ";
  });

function frameOf(Output: OutputClass, lines: readonly string[], width: number, at = 0): string {
  const output = new Output({ width, height: lines.length + 1 });
  output.operations = lines.map((text, y) => ({ type: "write", x: at, y, text, transformers: [same] }));
  return output.get().output;
}

test("frame after frame the output is what ink makes of it, wherever a line stands and however wide the terminal", () => {
  const frames = fc.array(
    fc.record({ lines: fc.array(line, { maxLength: 6 }), width: fc.integer({ min: 1, max: 60 }) }),
    {
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(frames, (all) => {
      for (const { lines, width } of all) {
        for (const shown of [lines, lines.toReversed()])
          expect(frameOf(Kept, shown, width)).toBe(frameOf(OfInk, shown, width));
      }
    }),
  );
});

test("what is no line by itself is ink's alone: beside another, further right, changed on its way, cut off", () => {
  const both = (write: (output: InstanceType<OutputClass>) => void) => {
    const outputs = [Kept, OfInk].map((Output) => {
      const output = new Output({ width: 20, height: 2 });
      write(output);
      return output.get().output;
    });
    expect(outputs[0]).toBe(outputs[1] ?? "");
    return outputs[0];
  };
  const write = (text: string, x: number, y: number, change = same) => ({
    ...{ type: "write", x, y, text, transformers: [change] },
  });
  expect(frameOf(Kept, ["moved"], 20, 3)).toBe(frameOf(OfInk, ["moved"], 20, 3));
  expect(both((output) => output.operations.push(...([write("abc", 0, 0), write("X", 1, 0)] as never[])))).toBe(
    "aXc\n",
  );
  expect(
    both((output) => output.operations.push(...([write("abc", 0, 0, (text) => text.toUpperCase())] as never[]))),
  ).toBe("ABC\n");
  expect(both((output) => output.operations.push(...([write("a", 0, 0), write("below", 0, 9)] as never[])))).toBe(
    "a\n",
  );
  both((output) => output.operations.push(...([write("two\nlines", 0, 0)] as never[])));
});
