import { expect, test } from "bun:test";
import { type Input, inputOf } from "../../src/tui/device/input.ts";

/** Ink's flags for text that is no key of its own. */
const plain = {
  ...{ upArrow: false, downArrow: false, leftArrow: false, rightArrow: false, pageDown: false, pageUp: false },
  ...{ home: false, end: false, return: false, escape: false, ctrl: false, shift: false, tab: false },
  ...{ backspace: false, delete: false, meta: false, super: false, hyper: false, capsLock: false, numLock: false },
};

test.each<[string, string, Input]>([
  ["keys that a slow line hands over at once", "jj\r", { keys: ["j", "j", "enter"] }],
  ["a control key among them", "\x121", { keys: ["ctrl+r", "1"] }],
  ["a key held down", "j".repeat(40), { keys: Array.from({ length: 40 }, () => "j") }],
  ["a paste that does not say so", "drop table users\r", { piece: "drop table users\r" }],
])("%s", (_, typed, input) => {
  expect(inputOf(typed, plain)).toEqual(input);
});

test("Escape and the key after it, in one piece", () => {
  expect(inputOf("h", { ...plain, meta: true })).toEqual({ keys: ["esc", "h"] });
});
