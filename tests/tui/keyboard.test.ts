import { expect, test } from "bun:test";
import fc from "fast-check";
import { isLight, listener, type Told } from "../../src/tui/device/keyboard.ts";

/** What comes through, and what was heard, of pieces as they come. */
function typed(...pieces: string[]) {
  const heard: Told[] = [];
  const listen = listener((told) => heard.push(told));
  return { keys: pieces.map(listen).join(""), heard };
}

const answer = "\x1b]11;rgb:ffff/ffff/ffff\x07";

test("an answer of the terminal is heard, and never typed, wherever it is cut in two", () => {
  for (let at = 0; at <= answer.length; at++) {
    // A lone Escape is a key, and goes through at once.
    if (at === 1) continue;
    const told = typed(`j${answer.slice(0, at)}`, `${answer.slice(at)}k`);
    expect(told).toEqual({ keys: "jk", heard: [{ colour: "rgb:ffff/ffff/ffff" }] });
  }
});

test("the mouse is heard by line and column, from nought", () => {
  const { keys, heard } = typed("\x1b[<0;5;3M\x1b[<0;5;3m\x1b[A");
  expect(keys).toBe("\x1b[A");
  expect(heard).toEqual([
    { button: 0, column: 4, row: 2, isDown: true },
    { button: 0, column: 4, row: 2, isDown: false },
  ]);
});

test("all other keys come through as they are", () => {
  const keys = fc.constantFrom(
    "a",
    "\x1b",
    "\x1b[A",
    "\x1b[5~",
    "\x1bOP",
    "\r",
    "\x03",
    "é",
    "日",
    "[",
    "<",
    "]",
    "1",
    ";",
  );
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 30 }), (pressed) => {
      fc.pre(!/\x1b(?:\]1|\[<|\]$)/.test(pressed.join("")));
      const { keys: through, heard } = typed(...pressed, "!");
      expect(through).toBe(`${pressed.join("")}!`);
      expect(heard).toEqual([]);
    }),
  );
});

test.each([
  ["rgb:ffff/ffff/ffff", true],
  ["rgb:00/00/00", false],
  ["rgb:fdf6/e3e3/d0d0", true],
  ["rgb:1e1e/1e1e/2e2e", false],
  ["rgba:f/f/f/f", true],
  ["white", null],
  ["", null],
] as const)("the background %s is light: %p", (colour, light) => {
  expect(isLight(colour)).toBe(light);
});
