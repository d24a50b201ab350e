import type { Glyphs } from "./glyphs.ts";
import { type Span, span, type Tone } from "./spans.ts";

/** Shares of the same bins in two months; `before` is null where there is none to hold them against. */
export interface Bars {
  now: readonly number[];
  before: readonly number[] | null;
}

export function greatestOf({ now, before }: Bars): number {
  return Math.max(0, ...now, ...(before ?? []));
}

/** Columns of each bin, so that all of them fit. */
function widthOfBin(bins: number, width: number): number {
  return Math.max(1, Math.floor(width / Math.max(1, bins)));
}

/** How many columns so many bins take of a width. */
export function drawnWidth(bins: number, width: number): number {
  return Math.min(width, bins * widthOfBin(bins, width));
}

/** Bars of this month, over them the month before as a line at its height: it floats above them, or notches them. */
export function histogramRows(bars: Bars, width: number, height: number, glyphs: Glyphs): Span[][] {
  const each = widthOfBin(bars.now.length, width);
  const most = greatestOf(bars);
  const blocks = each > 1 ? glyphs.columns : glyphs.narrow;
  const heightOf = (share: number) => (most === 0 ? 0 : (share / most) * height);
  return Array.from({ length: height }, (_, index) => {
    const row = height - 1 - index;
    const cells = bars.now.slice(0, width).map((share, bin): [text: string, tone: Tone] => {
      const line = lineIn(row, heightOf(bars.before?.[bin] ?? 0), height, glyphs);
      if (line !== null) return [line.repeat(each), "plain"];
      const part = Math.max(0, Math.min(1, heightOf(share) - row));
      // Whatever is there is seen, however little.
      const block = part === 0 ? " " : (blocks[Math.ceil(part * blocks.length) - 1] ?? " ");
      return [block.repeat(Math.max(1, each - 1)) + (each > 1 ? " " : ""), "accent"];
    });
    return merged(cells);
  });
}

/** The line of the month before where its height ends in this row. */
function lineIn(row: number, height: number, rows: number, { lines }: Glyphs): string | null {
  if (height === 0 || Math.min(rows - 1, Math.floor(height)) !== row) return null;
  return lines[Math.min(lines.length - 1, Math.floor((height - row) * lines.length))] ?? null;
}

function merged(cells: readonly (readonly [text: string, tone: Tone])[]): Span[] {
  const spans: Span[] = [];
  for (const [text, tone] of cells) {
    const last = spans.at(-1);
    if (last?.tone === tone) last.text += text;
    else spans.push(span(text, tone));
  }
  return spans;
}
