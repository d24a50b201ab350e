import { type CodePoints, characterClass, complement, ignoringCase, setOf } from "./code-points.ts";

/** What a Python regular expression says, apart from how it is written. */
export type Node =
  | { kind: "set"; set: CodePoints }
  /** `^ $ \A \Z`, of the text or, under `(?m)`, of a line. */
  | { kind: "edge"; at: "start" | "line start" | "end" | "line end" | "very end" }
  /** `\b` and `\B`; `word` are the characters that make words. */
  | { kind: "boundary"; negative: boolean; word: CodePoints }
  | { kind: "sequence" | "choice"; parts: readonly Node[] }
  /** `number` counts the capturing groups from 1; null for a group that captures nothing. */
  | { kind: "group"; body: Node; number: number | null }
  | { kind: "look"; behind: boolean; negative: boolean; body: Node }
  | { kind: "reference"; number: number }
  | { kind: "repeat"; body: Node; min: number; max: number };

export interface Flags {
  ignoreCase: boolean;
  dotAll: boolean;
  multiline: boolean;
  verbose: boolean;
  ascii: boolean;
}

/** Makes the error for a pattern that cannot be translated. */
export type Fail = (reason: string) => Error;

/** A pattern, read from left to right. */
export class Reader {
  private at = 0;

  constructor(
    private readonly pattern: string,
    readonly fail: Fail,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.pattern.length;
  }

  /** Steps over the text when it comes next. */
  take(text: string): boolean {
    const comes = this.pattern.startsWith(text, this.at);
    if (comes) this.at += text.length;
    return comes;
  }

  /** Steps over what the expression, a sticky one, finds here; null when that is nothing. */
  match(expected: RegExp): RegExpExecArray | null {
    expected.lastIndex = this.at;
    const found = expected.exec(this.pattern);
    if (found !== null) this.at = expected.lastIndex;
    return found;
  }

  /** The next character, of one code point. */
  next(): string {
    const [character] = this.match(/./suy) ?? [];
    if (character === undefined) throw this.fail("ends too soon");
    return character;
  }

  /** Everything up to the text, which is stepped over. */
  until(text: string): string {
    const from = this.at;
    while (!this.take(text)) this.next();
    return this.pattern.slice(from, this.at - text.length);
  }
}

const controls: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const hexadecimal: Record<string, { width: number; digits: RegExp }> = {
  x: { width: 2, digits: /[0-9a-fA-F]{0,2}/y },
  u: { width: 4, digits: /[0-9a-fA-F]{0,4}/y },
  U: { width: 8, digits: /[0-9a-fA-F]{0,8}/y },
};

/** The class that a letter after a backslash stands for: `\d`, `\W` and so on. */
export function classOf(letter: string, { ascii }: Flags): CodePoints | null {
  const kind = letter.toLowerCase();
  if (kind !== "d" && kind !== "s" && kind !== "w") return null;
  const set = characterClass(kind, ascii);
  return letter === kind ? set : complement(set);
}

/** The character that an escape stands for, its backslash and `letter` read; null when it stands for none. */
export function characterOf(letter: string, reader: Reader): number | null {
  const control = controls[letter];
  if (control !== undefined) return control;
  const { width, digits } = hexadecimal[letter] ?? {};
  if (width !== undefined && digits !== undefined) {
    const [found = ""] = reader.match(digits) ?? [];
    const code = Number.parseInt(found, 16);
    if (found.length < width || code > 0x10ffff) throw reader.fail(`has an incomplete escape \\${letter}${found}`);
    return code;
  }
  if (letter === "0") return Number.parseInt(`0${reader.match(/[0-7]{0,2}/y)}`, 8);
  if (letter === "N") throw reader.fail("names a character by \\N{…}; write the character itself");
  // Python keeps every other ASCII letter for escapes to come.
  if (/[A-Za-z]/.test(letter)) throw reader.fail(`has an unknown escape \\${letter}`);
  return /[0-9]/.test(letter) ? null : (letter.codePointAt(0) ?? null);
}

/** What a bracket lists, its `[` read. */
export function bracketOf(reader: Reader, flags: Flags): CodePoints {
  const negative = reader.take("^");
  const sets: CodePoints[] = [];
  for (let isFirst = true; isFirst || !reader.take("]"); isFirst = false) {
    const from = memberOf(reader, flags);
    // A hyphen before the closing bracket is itself.
    if (reader.match(/-(?!\])/y) === null) {
      sets.push(typeof from === "number" ? [[from, from]] : from);
      continue;
    }
    const to = memberOf(reader, flags);
    if (typeof from !== "number" || typeof to !== "number" || to < from) throw reader.fail("has a range without order");
    sets.push([[from, to]]);
  }
  const listed = setOf(...sets.flat());
  const set = flags.ignoreCase ? ignoringCase(listed, flags.ascii) : listed;
  return negative ? complement(set) : set;
}

function memberOf(reader: Reader, flags: Flags): number | CodePoints {
  const character = reader.next();
  const [special] = (character === "[" && reader.match(/[:.=]/y)) || [];
  if (special !== undefined) {
    throw reader.fail(`has [${special}…] in brackets, which Python and PostgreSQL read differently`);
  }
  if (character !== "\\") return character.codePointAt(0) ?? 0;
  const letter = reader.next();
  if (letter === "b") return 8;
  const set = classOf(letter, flags);
  if (set !== null) return set;
  if (/[0-7]/.test(letter)) return Number.parseInt(`${letter}${reader.match(/[0-7]{0,2}/y)}`, 8);
  const code = characterOf(letter, reader);
  if (code === null) throw reader.fail(`has an unknown escape \\${letter} in brackets`);
  return code;
}
