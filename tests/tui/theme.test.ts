import { describe, expect, test } from "bun:test";
import { obstacle } from "../../src/tui/device/terminal.ts";
import { row, span } from "../../src/tui/drawing/spans.ts";
import { lookOf, paint } from "../../src/tui/drawing/theme.ts";

describe("how the terminal can be drawn on", () => {
  const cases: [env: Record<string, string>, depth: string, unicode: boolean, theme: string][] = [
    [{ TERM: "xterm-256color", LANG: "en_US.UTF-8" }, "256", true, "dark"],
    [{ TERM: "xterm", COLORTERM: "truecolor", LANG: "C.UTF-8" }, "256", true, "dark"],
    [{ TERM: "xterm", LANG: "C" }, "16", false, "dark"],
    [{ TERM: "xterm", LANG: "en_US.UTF-8", LC_ALL: "C" }, "16", false, "dark"],
    [{ TERM: "xterm", LANG: "C", LC_CTYPE: "de_DE.utf8" }, "16", true, "dark"],
    [{ TERM: "xterm-256color", NO_COLOR: "1" }, "none", true, "dark"],
    [{ TERM: "xterm-256color", NO_COLOR: "" }, "256", true, "dark"],
    [{ TERM: "linux" }, "16", false, "dark"],
    [{ TERM: "xterm", COLORFGBG: "0;15" }, "16", true, "light"],
    [{ TERM: "xterm", COLORFGBG: "15;0" }, "16", true, "dark"],
  ];
  for (const [env, depth, unicode, theme] of cases) {
    test(JSON.stringify(env), () => {
      expect({ ...lookOf(env) }).toEqual({ depth: depth as "16", unicode, theme: theme as "dark" });
    });
  }

  test("where it cannot be drawn on, the reason is told", () => {
    const terminal = { isTTY: true };
    expect(obstacle({ TERM: "xterm" }, terminal, terminal)).toBeNull();
    expect(obstacle({ TERM: "dumb" }, terminal, terminal)).toContain("TERM=dumb");
    expect(obstacle({}, {}, terminal)).toContain("stdin");
    expect(obstacle({}, terminal, {})).toContain("stdout");
  });
});

/** How light a colour of xterm's 256 is, of those beyond the first 16: 0 is black, 1 is white. */
function lightness(colour: number): number {
  const cube = [36, 6, 1].map((step) => [0, 95, 135, 175, 215, 255][Math.floor((colour - 16) / step) % 6] ?? 0);
  const parts = colour >= 232 ? Array<number>(3).fill(8 + 10 * (colour - 232)) : cube;
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  const [lighter = 0, darker = 0] = [lightness(one), lightness(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

describe("a painted line", () => {
  const line = { ...row(span("✘", "bad"), " plain"), selected: true };
  test("without colours is the bare text", () => {
    expect(paint(line, { theme: "dark", depth: "none", unicode: true })).toBe("✘ plain");
  });
  test("with colours ends each of them", () => {
    for (const theme of ["dark", "light"] as const) {
      for (const depth of ["16", "256"] as const) {
        const painted = paint(line, { theme, depth, unicode: true });
        expect(Bun.stripANSI(painted)).toBe("✘ plain");
        expect(painted.endsWith("\x1b[0m")).toBe(true);
      }
    }
  });
  test("can be read in each colour, under the cursor and elsewhere", () => {
    for (const [theme, background] of [
      ["dark", 234],
      ["light", 231],
    ] as const) {
      for (const tone of ["dim", "accent", "good", "bad", "warn", "key"] as const) {
        for (const selected of [false, true]) {
          const painted = paint({ ...row(span("x", tone)), selected }, { theme, depth: "256", unicode: true });
          const [ink, ground = background] = [/38;5;(\d+)/, /48;5;(\d+)/].map((code) => code.exec(painted)?.[1]);
          // What WCAG asks of text.
          expect([theme, tone, contrast(Number(ink), Number(ground)) >= 4.5]).toEqual([theme, tone, true]);
        }
      }
    }
  });
  test("without Unicode keeps its columns", () => {
    expect(paint(row("a日b"), { theme: "dark", depth: "none", unicode: false })).toBe("a??b");
  });
});
