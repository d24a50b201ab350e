import { expect, test } from "bun:test";
import fc from "fast-check";
import { clip, displayWidth, escapeControl, padEnd, padStart } from "../../src/core/text.ts";

test("wide characters take two columns, combining ones none", () => {
  expect(["abc", "日本", "e\u0301", "👩‍👩‍👧", "·▸✔"].map(displayWidth)).toEqual([3, 4, 1, 2, 3]);
});

test("clipping cuts at whole characters and says so", () => {
  expect(clip("subscriptions", 6)).toBe("subsc…");
  expect(clip("subscriptions", 6, "~")).toBe("subsc~");
  expect(clip("日本語", 4)).toBe("日…");
  expect(clip("abc", 3)).toBe("abc");
  expect(clip("abc", 0)).toBe("");
});

test("any text can be brought to any width", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      const safe = escapeControl(text);
      expect(displayWidth(clip(safe, width))).toBeLessThanOrEqual(width);
      expect(displayWidth(padEnd(clip(safe, width), width))).toBe(width);
      expect(displayWidth(padStart(clip(safe, width), width))).toBe(width);
    }),
  );
});

test("control, bidi, invisible and odd blank characters are escaped, letters are not", () => {
  expect(escapeControl("a\tb\nc\x1b[31m\x00\x9b")).toBe("a\\tb\\nc\\e[31m\\0\\x9b");
  expect(escapeControl("\u202eevil\u2066")).toBe("\\u{202e}evil\\u{2066}");
  expect(escapeControl("Two\u00a0year\u200b\ufeff\u2028")).toBe("Two\\xa0year\\u{200b}\\u{feff}\\u{2028}");
  expect(escapeControl("\ud800x")).toBe("\\u{d800}x");
  expect(escapeControl("Zoë 日本 👩‍👩‍👧 नहीं")).toBe("Zoë 日本 👩‍👩‍👧 नहीं");
});

const unsafe = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
const anyText = fc.array(fc.nat(0x10ffff)).map((codes) => String.fromCodePoint(...codes));

test("escaped text is printable", () => {
  fc.assert(fc.property(anyText, (text) => expect(unsafe.test(escapeControl(text))).toBe(false)));
});
