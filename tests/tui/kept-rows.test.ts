import { expect, test } from "bun:test";
import fc from "fast-check";
import { keepRows, type OutputClass, placeOfLine } from "../../src/tui/device/kept-rows.ts";
import { row, span, type Tone } from "../../src/tui/drawing/spans.ts";
import { paint } from "../../src/tui/drawing/theme.ts";

/** Lines of ours are in the frame as they are, and the picture is the one that ink would make of them. */

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

/** As lines of ours reach ink: a blank each, and what is to stand there. */
function frameOf(Output: OutputClass, lines: readonly string[], width: number, at = 0): string {
  const output = new Output({ width, height: lines.length + 1 });
  output.operations = lines.map((text, y) => ({
    ...{ type: "write", x: at, y, text: placeOfLine },
    transformers: [() => text],
  }));
  return output.get().output;
}

/** How ink itself writes what is written somehow: the same pictures are the same text then. */
function asInkHasIt(written: string, width: number): string {
  const output = new OfInk({ width, height: written.split("\n").length });
  output.operations = written
    .split("\n")
    .map((text, y) => ({ ...{ type: "write", x: 0, y, text }, transformers: [same] }));
  return output.get().output;
}

test("a frame is the picture that ink makes of it, whatever the lines hold", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.nat({ max: 40 }), (lines, room) => {
      const width = Math.max(1, ...lines.map((text) => Bun.stringWidth(text))) + room;
      expect(asInkHasIt(frameOf(Kept, lines, width), width)).toBe(asInkHasIt(frameOf(OfInk, lines, width), width));
    }),
  );
});

test("ink measures none of our lines, and puts none together", () => {
  const unread = { ...{ type: "write", x: 0, y: 0, text: placeOfLine }, transformers: [() => "\x1b[31mred\x1b[0m  "] };
  const output = new Kept({ width: 3, height: 2 });
  output.operations = [unread];
  expect(output.get()).toEqual({ output: "\x1b[31mred\x1b[0m\n", height: 2 });
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
