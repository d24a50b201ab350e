import { asciiBar, type BarGlyphs } from "../../core/format.ts";

/** Lines and no blocks: bars above each other stay apart. */
const lineBar: BarGlyphs = { full: "━", parts: ["╸"], empty: "─" };

/** Every character beyond ASCII that the screens draw by themselves, each one column wide but for the words. */
export const unicode = {
  ok: "✔",
  fail: "✘",
  unevaluated: "⊘",
  warn: "!",
  none: "–",
  todo: "·",
  cursor: "▸",
  mark: "●",
  rule: "─",
  dot: "·",
  between: "│",
  arrow: "→",
  atLeast: "≥",
  atMost: "≤",
  up: "↑",
  down: "↓",
  rising: "↑",
  falling: "↓",
  ellipsis: "…",
  enter: "↵",
  space: "␣",
  times: "×",
  bar: lineBar,
  /** Growing heights for sparklines; none fills its cell, or those of two lines would be one slab. */
  spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇"],
  /** Growing parts of a cell that columns stand on each other of. */
  columns: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  /** The same of columns that have one cell each, and stay apart all the same. */
  narrow: ["▖", "▌"],
  /** A line across a cell, from its foot to its head. */
  lines: ["_", "─", "▔"],
  /** From the least to the greatest, and the middle half of it. */
  whole: "─",
  half: "━",
};

export type Glyphs = typeof unicode;

const ascii: Glyphs = {
  ok: "+",
  fail: "x",
  unevaluated: "?",
  warn: "!",
  none: "-",
  todo: ".",
  cursor: ">",
  mark: "*",
  rule: "-",
  dot: "|",
  between: "|",
  arrow: "->",
  atLeast: ">=",
  atMost: "<=",
  up: "up",
  down: "down",
  rising: "^",
  falling: "v",
  ellipsis: "~",
  enter: "enter",
  space: "space",
  times: "x",
  bar: asciiBar,
  spark: ["_", ".", ":", "-", "=", "+", "*", "#"],
  columns: [".", "#"],
  narrow: [".", "#"],
  lines: ["-"],
  whole: "-",
  half: "=",
};

/** A small column for each value, between the least and the greatest of them; a gap for what is not known. */
export function sparkline(values: readonly (number | null)[], glyphs: Glyphs): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const least = Math.min(...known);
  const span = Math.max(...known) - least;
  const top = glyphs.spark.length - 1;
  return values
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return " ";
      return glyphs.spark[span === 0 ? 0 : Math.round(((value - least) / span) * top)] ?? " ";
    })
    .join("");
}

/** Signs of ours within sentences that others keep, as the ledger does; what is data in them stays as it is. */
export function withSigns(sentence: string, { atLeast, atMost }: Glyphs): string {
  return sentence.replaceAll(" ≥ ", ` ${atLeast} `).replaceAll(" ≤ ", ` ${atMost} `);
}

export function glyphsOf(look: { unicode: boolean }): Glyphs {
  return look.unicode ? unicode : ascii;
}
