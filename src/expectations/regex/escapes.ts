import { type CodePoints, classes, complement } from "./code-points.ts";
import type { Reader } from "./reader.ts";
import type { Flags } from "./syntax.ts";

const controls: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const widths: Record<string, number> = { x: 2, u: 4, U: 8 };

/** The class that a letter after a backslash stands for: `\d`, `\W` and so on. */
export function classOf(letter: string, { ascii }: Flags): CodePoints | null {
  const kind = letter.toLowerCase();
  if (kind !== "d" && kind !== "s" && kind !== "w") return null;
  const set = ascii ? classes[kind].ascii : classes[kind].unicode();
  return letter === kind ? set : complement(set);
}

/** The character that an escape stands for, its backslash and `letter` read; null when it stands for none. */
export function characterOf(letter: string, reader: Reader): number | null {
  const control = controls[letter];
  if (control !== undefined) return control;
  const width = widths[letter];
  if (width !== undefined) {
    const digits = reader.while(/[0-9a-fA-F]/, width);
    const code = Number.parseInt(digits, 16);
    if (digits.length < width || code > 0x10ffff) throw reader.fail(`has an incomplete escape \\${letter}${digits}`);
    return code;
  }
  if (letter === "0") return Number.parseInt(`0${reader.while(/[0-7]/, 2)}`, 8);
  if (letter === "N") throw reader.fail("names a character by \\N{…}; write the character itself");
  // Python keeps every other ASCII letter for escapes to come.
  if (/[A-Za-z]/.test(letter)) throw reader.fail(`has an unknown escape \\${letter}`);
  return /[0-9]/.test(letter) ? null : (letter.codePointAt(0) ?? null);
}

/** Three octal digits are a character, fewer a group's number; the first digit is read. */
export function octalOrNumber(first: string, reader: Reader): { code: number } | { group: number } {
  const start = reader.position;
  const rest = reader.while(/[0-7]/, 2);
  if (/[0-7]/.test(first) && rest.length === 2) {
    const code = Number.parseInt(first + rest, 8);
    if (code > 0o377) throw reader.fail(`has an octal escape \\${first}${rest} above \\377`);
    return { code };
  }
  reader.back(start);
  return { group: Number(first + reader.while(/[0-9]/, 1)) };
}
