import { clip, displayWidth, escapeControl } from "../../core/text.ts";

/** What a piece of text means; the theme gives it a colour, and every meaning also has a word or a sign. */
export type Tone = "plain" | "dim" | "strong" | "accent" | "good" | "bad" | "warn" | "key";

export interface Span {
  text: string;
  tone: Tone;
}

/** One line of the screen. */
export interface Row {
  spans: readonly Span[];
  /** The line under the cursor. */
  selected?: boolean;
  /** At the right of it, and never marked with it. */
  beside?: readonly Span[];
}

/** A piece of text, whoever wrote it, made safe to show. */
export function span(text: string, tone: Tone = "plain"): Span {
  return { text: escapeControl(text), tone };
}

export function row(...parts: (Span | string)[]): Row {
  return { spans: parts.map((part) => (typeof part === "string" ? span(part) : part)) };
}

/** A row of a screen's text, away from its edge. */
export function indented(...parts: (Span | string)[]): Row {
  return row("   ", ...parts);
}

export const blank: Row = { spans: [] };

/** The rows, and empty ones below them up to `height`. */
export function filled(rows: readonly Row[], height: number): Row[] {
  return [...rows, ...Array<Row>(Math.max(0, height - rows.length)).fill(blank)];
}

export function widthOf(spans: readonly Span[]): number {
  return spans.reduce((width, part) => width + displayWidth(part.text), 0);
}

/** The spans cut to at most `width` columns. */
export function clipSpans(spans: readonly Span[], width: number, ellipsis: string): readonly Span[] {
  if (widthOf(spans) <= width) return spans;
  const kept: Span[] = [];
  let room = width;
  for (const part of spans) {
    const partWidth = displayWidth(part.text);
    if (partWidth > room || (partWidth === room && part !== spans.at(-1))) {
      // A full stop here even when the part fits exactly: more follows, and the cut must show.
      kept.push({ ...part, text: clip(`${part.text} `, room, ellipsis) });
      break;
    }
    kept.push(part);
    room -= partWidth;
  }
  return kept;
}

export type Align = "left" | "right" | "center";

/** The spans in exactly `width` columns, cut or filled up with blanks. */
export function fit(spans: readonly Span[], width: number, align: Align, ellipsis: string): Span[] {
  const whole = widthOf(spans);
  const cut = whole <= width ? spans : clipSpans(spans, width, ellipsis);
  const room = Math.max(0, width - (cut === spans ? whole : widthOf(cut)));
  const before = align === "left" ? 0 : align === "right" ? room : Math.floor(room / 2);
  return [...blanks(before), ...cut, ...blanks(room - before)];
}

function blanks(count: number): Span[] {
  return count === 0 ? [] : [{ text: " ".repeat(count), tone: "plain" }];
}

export function plainText(line: Row): string {
  return [...line.spans, ...(line.beside ?? [])]
    .map((part) => part.text)
    .join("")
    .trimEnd();
}

/** Text in lines of at most `width` columns, broken at blanks, or within a longer word; beyond `most` lines the last is cut. */
export function wrap(text: string, width: number, most: number, ellipsis = "…"): string[] {
  const lines = Bun.wrapAnsi(text.replace(/\s+/g, " "), width, { hard: true }).split("\n");
  const shown = lines.slice(0, most).map((line) => clip(line, width, ellipsis));
  const rest = lines.slice(most);
  if (rest.length > 0) shown[most - 1] = clip(`${shown[most - 1]} ${rest.join(" ")}`, width, ellipsis);
  return shown;
}
