import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { obstacle } from "../../src/tui/device/terminal.ts";
import { row, span } from "../../src/tui/drawing/spans.ts";
import { colourNames, type Look, lookOf, paint } from "../../src/tui/drawing/theme.ts";

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

/** Red, green and blue of a colour of xterm's 256, of those beyond the first 16. */
function partsOf(colour: number): number[] {
  return colour >= 232
    ? Array<number>(3).fill(8 + 10 * (colour - 232))
    : [36, 6, 1].map((step) => [0, 95, 135, 175, 215, 255][Math.floor((colour - 16) / step) % 6] ?? 0);
}

/** Of a colour as pages write it. */
function partsIn(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** How light a colour is: 0 is black, 1 is white. */
function lightness(parts: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [lighter = 0, darker = 0] = [lightness(one), lightness(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The 16 colours as terminals come: the first eight, then the bright ones. */
const sixteen = {
  xterm: "000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff fff",
  vga: "000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff fff",
  windows:
    "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
  macos: "000 990000 00a600 999900 0000b2 b200b2 00a6b2 bfbfbf 666666 e50000 00d900 e5e500 0000ff e500e5 00e5e5 e5e5e5",
  gnome: "171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc 5e5c64 f66151 33d17a e9ad0c 2a7bde c061cb 33c7de fff",
  vscode:
    "000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db e5e5e5",
};

const tones = ["plain", "dim", "strong", "accent", "good", "bad", "warn", "key"] as const;

/** What a tone is drawn with: ink and ground by number, null where the terminal's own are left. */
function drawn(tone: (typeof tones)[number], selected: boolean, look: Look) {
  const painted = paint({ ...row(span("x", tone)), selected }, look);
  const [ink, ground] = [/38;5;(\d+)/, /48;5;(\d+)/].map((code) => code.exec(painted)?.[1]);
  return { painted, ink: ink === undefined ? null : Number(ink), ground: ground === undefined ? null : Number(ground) };
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
    for (const [theme, background, usual] of [
      ["dark", 234, 252],
      ["light", 231, 16],
    ] as const) {
      for (const tone of tones) {
        for (const selected of [false, true]) {
          const { ink, ground } = drawn(tone, selected, { theme, depth: "256", unicode: true });
          const ratio = contrast(partsOf(ink ?? usual), partsOf(ground ?? background));
          // What WCAG asks of text.
          expect([theme, tone, selected, ratio >= 4.5]).toEqual([theme, tone, selected, true]);
        }
      }
    }
  });
  test("can be read under the cursor whatever the terminal writes in, and with whichever colours of one's own", () => {
    const colour = fc.integer({ min: 16, max: 255 });
    const wished = fc.dictionary(fc.constantFrom(...colourNames), colour);
    const isReadable = (theme: "dark" | "light", own: Record<string, number>) =>
      tones.every((tone) => {
        const look = { theme, depth: "256", unicode: true, colours: { [theme]: own } } as const;
        const { ink, ground } = drawn(tone, true, look);
        return ink !== null && ground !== null && contrast(partsOf(ink), partsOf(ground)) >= (tone === "dim" ? 3 : 4.5);
      });
    fc.assert(fc.property(fc.constantFrom("dark", "light"), wished, isReadable), { numRuns: 1000 });
  });
  test("can be read in 16 colours as terminals come, on black and on white, under the cursor and elsewhere", () => {
    for (const [name, palette] of Object.entries(sixteen)) {
      const colours = palette.split(" ").map((hex) => partsIn(`#${hex.length === 3 ? hex.repeat(2) : hex}`));
      for (const [theme, background] of [
        ["dark", colours[0] ?? []],
        ["light", partsIn("#ffffff")],
      ] as const) {
        for (const tone of tones) {
          for (const selected of [false, true]) {
            const { painted } = drawn(tone, selected, { theme, depth: "16", unicode: true });
            const codes = (/\x1b\[([\d;]+)m/.exec(painted)?.[1] ?? "").split(";").map(Number);
            const ink = codes.find((code) => code >= 30);
            const number = ink === undefined ? (theme === "dark" ? 7 : 0) : ink >= 90 ? ink - 82 : ink - 30;
            // No red of theirs comes closer to what WCAG asks of text on black.
            const ratio = contrast(colours[number] ?? [], background);
            expect([name, theme, tone, ratio >= 4]).toEqual([name, theme, tone, true]);
            // Bold and faint at once is neither.
            expect([tone, codes.includes(2)]).toEqual([tone, tone === "dim" && !selected]);
          }
        }
      }
    }
  });
  test("without Unicode keeps its columns", () => {
    expect(paint(row("a日b"), { theme: "dark", depth: "none", unicode: false })).toBe("a??b");
  });
});
