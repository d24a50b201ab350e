/** Text in terminal columns: how wide it is, cut and padded to a width, and made safe to show. Pure. */

import { reserved } from "./naming/sql-words.ts";

const beyondAscii = /[^\x20-\x7e]/;

/** Made when first needed, as is what is known of Latin-1: both take longer than all else that a start evaluates. */
let graphemes: Intl.Segmenter | undefined;

/** Columns that the text takes in a terminal: wide characters take two, combining ones none. */
export function displayWidth(text: string): number {
  return beyondAscii.test(text) ? Bun.stringWidth(text) : text.length;
}

/** The text, cut at whole characters to at most `width` columns; what was cut shows as `ellipsis`. */
export function clip(text: string, width: number, ellipsis = "…"): string {
  if (width <= 0) return "";
  // No unit of a string is wider than two columns.
  if (text.length * 2 <= width || displayWidth(text) <= width) return text;
  const room = width - displayWidth(ellipsis);
  if (room < 0) return "";
  if (!beyondAscii.test(text)) return text.slice(0, room) + ellipsis;
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += displayWidth(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept + ellipsis;
}

/** The same, with the end kept: of a path that tells more than its beginning. */
export function clipStart(text: string, width: number, ellipsis = "…"): string {
  if (displayWidth(text) <= width) return text;
  const letters = [...text];
  let kept = "";
  for (let letter = letters.pop(); letter !== undefined; letter = letters.pop()) {
    if (displayWidth(ellipsis + letter + kept) > width) break;
    kept = letter + kept;
  }
  return width < displayWidth(ellipsis) ? "" : ellipsis + kept;
}

/** The same, with both ends kept: of what is told apart by its beginning, and means something by its end. */
export function clipMiddle(text: string, width: number, ellipsis = "…"): string {
  if (displayWidth(text) <= width) return text;
  const end = clipStart(text, Math.ceil(width / 2), ellipsis);
  const begin = clip(text, width - displayWidth(end) + displayWidth(ellipsis), ellipsis);
  return begin.slice(0, begin.length - ellipsis.length) + end;
}

/** Filled up with blanks at the right; longer text stays as it is. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/** Filled up with blanks at the left; longer text stays as it is. */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** By code point. */
const short: Record<number, string> = { 0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r", 27: "\\e" };

// Control, format (bidi, zero width), surrogate and separator characters, and every blank but the plain one.
// What joins an emoji or a script's letters is left alone: without it the word is another.
const unsafe = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Zs}]--[ \u200c\u200d]]/v;
/** Nothing of it is unsafe, which can be told at once: most text is such, with the signs that the console's own words have. */
const plainText = /^[\x20-\x7e–…→]*$/;

/** Of the first 256 characters; null for those that are shown as they are. */
let latin1Escapes: (string | null)[] | undefined;

function escapesOfLatin1(): (string | null)[] {
  return Array.from({ length: 256 }, (_, code) => (unsafe.test(String.fromCharCode(code)) ? escapeOf(code) : null));
}

/** Data made safe to show on one line: a control, bidi, invisible or odd blank character stands as its escape. */
export function escapeControl(text: string): string {
  if (plainText.test(text)) return text;
  latin1Escapes ??= escapesOfLatin1();
  let shown = "";
  let from = 0;
  // A file may have such a character in each of its cells, so the usual ones are looked up.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) return shown + escapeAny(text.slice(from));
    const known = latin1Escapes[code] ?? null;
    if (known === null) continue;
    shown += text.slice(from, at) + known;
    from = at + 1;
  }
  return from === 0 ? text : shown + text.slice(from);
}

const unsafeAnywhere = new RegExp(unsafe, "gv");

/** A value as JSON that no terminal obeys: what JSON leaves as it is, such as C1 and bidi characters, it has escapes for, too. */
export function shownJson(value: unknown): string {
  return JSON.stringify(value).replace(unsafeAnywhere, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(""),
  );
}

function escapeAny(text: string): string {
  let shown = "";
  let rest = text;
  for (let at = rest.search(unsafe); at !== -1; at = rest.search(unsafe)) {
    const code = rest.codePointAt(at) ?? 0;
    shown += rest.slice(0, at) + escapeOf(code);
    rest = rest.slice(at + (code > 0xffff ? 2 : 1));
  }
  return shown + rest;
}

function escapeOf(code: number): string {
  return short[code] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 1)}}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

/** A name as it is written in a statement that somebody is told to run: as it is where it is plain, else quoted. */
export function identifier(name: string): string {
  const isPlain = /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A table as such a statement names it: by its schema, too, unless that is where psql looks without being told. */
export function tableIdentifier({ schema, name }: { schema: string; name: string }): string {
  return schema === "public" ? identifier(name) : `${identifier(schema)}.${identifier(name)}`;
}

const shownWidth = 80;

/** Neither printable ASCII nor a Latin letter. */
const notPlain = /[^ -~\u00c0-\u024f]/;

/** A value as it is shown: on one line, safe for a terminal, cut to 80 columns. */
export function showValue(value: string): string {
  if (value.length <= shownWidth && !notPlain.test(value)) return value;
  return clip(escapeControl(value.slice(0, 4 * shownWidth)), shownWidth);
}
