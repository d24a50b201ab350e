import { unicode } from "../drawing/glyphs.ts";
import { plainText, type Row } from "../drawing/spans.ts";

/** Signs as words; those that only shape the picture are left out. */
const words: Record<string, string> = {
  [unicode.ok]: "passed",
  [unicode.fail]: "failed",
  [unicode.warn]: "warning",
  [unicode.none]: "none",
  [unicode.mark]: "marked",
  [unicode.arrow]: "to",
  [unicode.atLeast]: "at least",
  [unicode.atMost]: "at most",
  [unicode.times]: "times",
  [unicode.enter]: "enter",
  [unicode.space]: "space",
  [unicode.up]: "up",
  [unicode.down]: "down",
};

/** The lines as a screen reader is to say them: no rules, bars or columns of blanks, and every sign a word. */
export function spoken(rows: readonly Row[]): string[] {
  return rows.flatMap((line) => {
    const text = plainText(line)
      .replace(/[✔✘–●→≥≤×↵␣↑↓]|(?<=\s)!/g, (sign) => ` ${words[sign] ?? ""} `)
      .replace(/[▸·─░…\u2581-\u258f]/gu, " ")
      .replace(/\s+/g, " ")
      .trim();
    if (text === "") return [];
    return [line.selected === true ? `selected: ${text}` : text];
  });
}
