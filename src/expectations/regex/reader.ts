import { type CodePoints, classes, complement, ignoringCase, setOf, union } from "./code-points.ts";

/** What a Python regular expression says, apart from how it is written. */
export type Node =
  | { kind: "set"; set: CodePoints }
  /** `^ $ \A \Z`, of the text or, under `(?m)`, of a line. */
  | { kind: "edge"; at: "start" | "line start" | "end" | "line end" | "very end" }
  /** `\b` and `\B`; `word` are the characters that make words. */
  | { kind: "boundary"; negative: boolean; word: CodePoints }
  | { kind: "sequence"; parts: readonly Node[] }
  | { kind: "choice"; branches: readonly Node[] }
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

/** A pattern, read from left to right by code point. */
export class Reader {
  private readonly characters: readonly string[];
  private at = 0;

  constructor(
    readonly pattern: string,
    private readonly failure: Fail,
  ) {
    this.characters = [...pattern];
  }

  get position(): number {
    return this.at;
  }

  back(to: number): void {
    this.at = to;
  }

  peek(ahead = 0): string | undefined {
    return this.characters[this.at + ahead];
  }

  next(): string {
    const character = this.peek();
    if (character === undefined) throw this.fail("ends too soon");
    this.at++;
    return character;
  }

  /** Steps over the text when it comes next. */
  take(text: string): boolean {
    if (![...text].every((character, index) => this.peek(index) === character)) return false;
    this.at += [...text].length;
    return true;
  }

  /** The longest run of characters that fit, no more than `most`. */
  while(fits: RegExp, most = Number.POSITIVE_INFINITY): string {
    let run = "";
    for (let count = 0; count < most; count++) {
      const character = this.peek();
      if (character === undefined || !fits.test(character)) break;
      run += character;
      this.at++;
    }
    return run;
  }

  /** Everything up to the text, which is stepped over. */
  until(text: string): string {
    let run = "";
    while (!this.take(text)) run += this.next();
    return run;
  }

  fail(reason: string): Error {
    return this.failure(`the regular expression ${JSON.stringify(this.pattern)} ${reason}`);
  }
}

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

/** What a bracket lists, its `[` read. */
export function bracketOf(reader: Reader, flags: Flags): CodePoints {
  const negative = reader.take("^");
  const sets: CodePoints[] = [];
  for (let isFirst = true; isFirst || !reader.take("]"); isFirst = false) {
    const from = memberOf(reader, flags);
    // A hyphen before the closing bracket is itself.
    if (reader.peek() !== "-" || reader.peek(1) === "]") {
      sets.push(typeof from === "number" ? setOf([from, from]) : from);
      continue;
    }
    reader.next();
    const to = memberOf(reader, flags);
    if (typeof from !== "number" || typeof to !== "number" || to < from) throw reader.fail("has a range without order");
    sets.push(setOf([from, to]));
  }
  const listed = union(...sets);
  const set = flags.ignoreCase ? ignoringCase(listed, flags.ascii) : listed;
  return negative ? complement(set) : set;
}

function memberOf(reader: Reader, flags: Flags): number | CodePoints {
  const character = reader.next();
  if (character === "[" && /[:.=]/.test(reader.peek() ?? "")) {
    throw reader.fail(`has [${reader.peek()}…] in brackets, which Python and PostgreSQL read differently`);
  }
  if (character !== "\\") return character.codePointAt(0) ?? 0;
  const letter = reader.next();
  if (letter === "b") return 8;
  const set = classOf(letter, flags);
  if (set !== null) return set;
  if (/[0-7]/.test(letter)) return Number.parseInt(letter + reader.while(/[0-7]/, 2), 8);
  const code = characterOf(letter, reader);
  if (code === null) throw reader.fail(`has an unknown escape \\${letter} in brackets`);
  return code;
}
