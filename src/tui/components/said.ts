import { formatCount, formatCounted } from "../../core/format.ts";
import { displayWidth, escapeControl } from "../../core/text.ts";
import { glyphsOf, withSigns } from "../drawing/glyphs.ts";
import { withKeysInForce } from "../drawing/keys-in-words.ts";
import { blank, indented, type Row, type Span, span, type Tone, wrap } from "../drawing/spans.ts";
import type { Ui } from "../model/model.ts";

/** A part of what is told on a screen; one without words is an empty line, for which there may be no room. */
export interface Said {
  words: string;
  tone?: Tone;
  /** In front of its first line; the others begin below its words. */
  sign?: Span;
  /** One line is enough for it where the others need theirs. */
  yields?: boolean;
  /** What is copied by eye: all of it, or nothing. */
  isWhole?: boolean;
}

/**
 * The parts on at most `height` lines. Each has its first line before any has another one; what is cut is told by its ellipsis, and
 * those that come last are left out where there are more parts than lines.
 */
export function saidRows(ui: Ui, said: readonly Said[], height: number): Row[] {
  const wanted = said.map((part) => linesOf(ui, part).length);
  const given = said.map(() => 0);
  let room = height;
  const give = (index: number, most: number) => {
    const more = Math.max(0, Math.min(most - (given[index] ?? 0), room));
    given[index] = (given[index] ?? 0) + more;
    room -= more;
  };
  const among = (is: (part: Said) => boolean, act: (index: number) => void) => {
    for (const [index, part] of said.entries()) if (is(part)) act(index);
  };
  const all = (index: number) => {
    const lines = wanted[index] ?? 0;
    if (said[index]?.isWhole !== true || lines <= room) give(index, lines);
  };
  // A line each, then all of those that do not yield, then the others, and blanks last.
  among(
    ({ words, isWhole }) => words !== "" && isWhole !== true,
    (index) => give(index, 1),
  );
  among(({ words, yields }) => words !== "" && yields !== true, all);
  among(({ yields }) => yields === true, all);
  among(({ words }) => words === "", all);
  return said.flatMap((part, index) => drawn(ui, part, given[index] ?? 0));
}

/** Lines that the parts take where there is room for all of them. */
export function heightOf(ui: Ui, said: readonly Said[]): number {
  return said.reduce((sum, part) => sum + linesOf(ui, part).length, 0);
}

/** As many of the parts as have a line each in `room`, at least one, and how many others there are. */
export function firstOf(said: readonly Said[], room: number): Said[] {
  const [first] = said;
  if (first === undefined || said.length <= Math.max(1, room)) return [...said];
  if (room < 2) {
    const { text, tone } = first.sign ?? span("");
    return [{ ...first, sign: span(`${text}1 of ${formatCount(said.length)}: `, tone) }];
  }
  const others = formatCounted(said.length - room + 1, "more", "more");
  return [...said.slice(0, room - 1), { words: `and ${others}`, tone: "dim" }];
}

function drawn(ui: Ui, part: Said, height: number): Row[] {
  if (height === 0) return [];
  const { sign, tone } = part;
  const margin = " ".repeat(sign === undefined ? 0 : displayWidth(sign.text));
  return linesOf(ui, part, height).map((line, index) =>
    line === "" ? blank : indented(sign !== undefined && index === 0 ? sign : margin, span(line, tone)),
  );
}

const noLimit = Number.MAX_SAFE_INTEGER;

function linesOf(ui: Ui, { words, sign }: Said, most = noLimit): string[] {
  const glyphs = glyphsOf(ui.look);
  const text = withSigns(withKeysInForce(escapeControl(words), ui.own.keys), glyphs);
  // Between the margin and the last column, which stays free.
  const width = Math.max(1, ui.size.columns - 4 - (sign === undefined ? 0 : displayWidth(sign.text)));
  return wrap(text, width, most, glyphs.ellipsis);
}
