import { anything, classes, complement, ignoringCase, newline, setOf } from "./code-points.ts";
import { bracketOf, characterOf, classOf, type Fail, type Flags, type Node, octalOrNumber, Reader } from "./reader.ts";

/** Parentheses inside each other at most; patterns by people have a handful. */
const deepest = 100;
/** Repetitions at most: beyond, the automaton gets too large. */
const mostRepeats = 1000;

const letters: Record<string, keyof Flags> = {
  i: "ignoreCase",
  s: "dotAll",
  m: "multiline",
  x: "verbose",
  a: "ascii",
};

/** Reads a pattern of Python's `re`. Throws for what is no such pattern, and for what PostgreSQL cannot do. */
export function parseRegex(pattern: string, failure: Fail): Node {
  const reader = new Reader(pattern, failure);
  const flags = { ignoreCase: false, dotAll: false, multiline: false, verbose: false, ascii: false };
  const start = /^\(\?([aiLmsux]+)\)/.exec(pattern);
  if (start?.[1] !== undefined) {
    reader.take(start[0]);
    setFlags(start[1], flags, true, reader);
  }
  return new Parser(reader).whole(flags);
}

function setFlags(given: string, flags: Flags, on: boolean, reader: Reader): void {
  for (const letter of given) {
    const flag = letters[letter];
    if (flag !== undefined) flags[flag] = on;
    else if (letter !== "u" || !on) throw reader.fail(`has a flag "${letter}" that texts cannot have`);
    else flags.ascii = false;
  }
}

class Parser {
  private groups = 0;
  private readonly names = new Map<string, number>();
  /** Groups that are not closed yet: a reference to one of them is an error. */
  private readonly open = new Set<number>();
  private depth = 0;

  constructor(private readonly reader: Reader) {}

  whole(flags: Flags): Node {
    const node = this.choice(flags);
    if (this.reader.peek() !== undefined) throw this.reader.fail("has a closing parenthesis too many");
    return node;
  }

  private choice(flags: Flags): Node {
    if (++this.depth > deepest) throw this.reader.fail("is nested too deep");
    const branches = [this.sequence(flags)];
    while (this.reader.take("|")) branches.push(this.sequence(flags));
    this.depth--;
    return branches.length === 1 && branches[0] !== undefined ? branches[0] : { kind: "choice", branches };
  }

  private sequence(flags: Flags): Node {
    const parts: Node[] = [];
    for (;;) {
      if (flags.verbose) this.skipBlanks();
      const next = this.reader.peek();
      if (next === undefined || next === "|" || next === ")") return { kind: "sequence", parts };
      const atom = this.atom(flags);
      if (atom !== null) parts.push(this.repeated(atom, flags));
    }
  }

  private skipBlanks(): void {
    while (this.reader.while(/\s/) !== "" || this.reader.peek() === "#") {
      if (this.reader.peek() === "#") this.reader.while(/[^\n]/);
    }
  }

  private atom(flags: Flags): Node | null {
    const { reader } = this;
    const character = reader.next();
    if (character === "(") return this.group(flags);
    if (character === "[") return { kind: "set", set: bracketOf(reader, flags) };
    if (character === "\\") return this.escape(flags);
    if (character === ".") return { kind: "set", set: flags.dotAll ? anything : complement(newline) };
    if (character === "^") return { kind: "edge", at: flags.multiline ? "line start" : "start" };
    if (character === "$") return { kind: "edge", at: flags.multiline ? "line end" : "end" };
    if (/[*+?]/.test(character)) throw reader.fail(`has a "${character}" with nothing before it to repeat`);
    if (character === "{" && this.bounds() !== null) throw reader.fail("has nothing before a {…} to repeat");
    return literal(character.codePointAt(0) ?? 0, flags);
  }

  private escape(flags: Flags): Node {
    const { reader } = this;
    const letter = reader.next();
    if (letter === "A") return { kind: "edge", at: "start" };
    if (letter === "Z") return { kind: "edge", at: "very end" };
    if (letter === "b" || letter === "B") {
      const word = flags.ascii ? classes.w.ascii : classes.w.unicode();
      return { kind: "boundary", negative: letter === "B", word };
    }
    const set = classOf(letter, flags);
    if (set !== null) return { kind: "set", set };
    const code = characterOf(letter, reader);
    if (code !== null) return literal(code, flags);
    const numbered = octalOrNumber(letter, reader);
    return "code" in numbered ? literal(numbered.code, flags) : this.reference(numbered.group, flags);
  }

  private reference(number: number, flags: Flags): Node {
    if (number > this.groups || this.open.has(number))
      throw this.reader.fail(`refers to group ${number} before its end`);
    if (flags.ignoreCase) throw this.reader.fail("refers to a group while it ignores case; PostgreSQL cannot do both");
    return { kind: "reference", number };
  }

  private group(flags: Flags): Node | null {
    const { reader } = this;
    if (!reader.take("?")) return this.capturing(flags, null);
    if (reader.take("P<")) return this.capturing(flags, this.nameUntil(">"));
    if (reader.take("P=")) return this.named(this.nameUntil(")"), flags);
    if (reader.take("#")) {
      reader.until(")");
      return null;
    }
    if (reader.take(":")) return { kind: "group", body: this.body(flags), number: null };
    for (const [opening, behind, negative] of looks) {
      if (reader.take(opening)) return { kind: "look", behind, negative, body: this.body(flags) };
    }
    if (reader.take(">")) throw reader.fail("has an atomic group (?>…), which PostgreSQL does not know");
    if (reader.take("(")) throw reader.fail("has a condition (?(…)…), which PostgreSQL does not know");
    return this.flagged(flags);
  }

  private capturing(flags: Flags, name: string | null): Node {
    const number = ++this.groups;
    if (name !== null) {
      if (this.names.has(name)) throw this.reader.fail(`has two groups named ${name}`);
      this.names.set(name, number);
    }
    this.open.add(number);
    const body = this.body(flags);
    this.open.delete(number);
    return { kind: "group", body, number };
  }

  private nameUntil(end: string): string {
    const name = this.reader.until(end);
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw this.reader.fail(`has a group with a bad name "${name}"`);
    return name;
  }

  private named(name: string, flags: Flags): Node {
    const number = this.names.get(name);
    if (number === undefined) throw this.reader.fail(`refers to a group ${name} that is not there`);
    return this.reference(number, flags);
  }

  /** `(?i:…)`, `(?-i:…)`; flags for the whole pattern stand at its start or nowhere. */
  private flagged(outer: Flags): Node {
    const { reader } = this;
    const flags = { ...outer };
    const on = reader.while(/[a-zA-Z]/);
    setFlags(on, flags, true, reader);
    if (reader.take("-")) setFlags(reader.while(/[a-zA-Z]/), flags, false, reader);
    if (reader.take(")")) throw reader.fail(`has flags (?${on}) elsewhere than at its start`);
    if (!reader.take(":")) throw reader.fail(`has an unknown group (?${on}${reader.peek() ?? ""}`);
    return { kind: "group", body: this.body(flags), number: null };
  }

  private body(flags: Flags): Node {
    const node = this.choice(flags);
    if (!this.reader.take(")")) throw this.reader.fail("lacks a closing parenthesis");
    return node;
  }

  private repeated(atom: Node, flags: Flags): Node {
    if (flags.verbose) this.skipBlanks();
    const bounds = this.quantifier();
    if (bounds === null) return atom;
    if (atom.kind === "edge" || atom.kind === "boundary") throw this.reader.fail("repeats a place between characters");
    // Lazily or greedily: whether there is a match is the same.
    if (!this.reader.take("?") && this.reader.peek() === "+") {
      throw this.reader.fail("has a possessive quantifier, which PostgreSQL does not know");
    }
    if (flags.verbose) this.skipBlanks();
    if (this.quantifier() !== null) throw this.reader.fail("repeats a repetition; put it into parentheses");
    return { kind: "repeat", body: atom, ...bounds };
  }

  private quantifier(): { min: number; max: number } | null {
    const { reader } = this;
    if (reader.take("*")) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (reader.take("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (reader.take("?")) return { min: 0, max: 1 };
    const start = reader.position;
    const bounds = reader.take("{") ? this.bounds() : null;
    if (bounds === null) reader.back(start);
    return bounds;
  }

  /** `3}`, `3,}`, `,3}` or `3,5}`; any other brace is a brace. */
  private bounds(): { min: number; max: number } | null {
    const { reader } = this;
    const start = reader.position;
    const min = reader.while(/[0-9]/);
    const comma = reader.take(",");
    const max = comma ? reader.while(/[0-9]/) : min;
    if (!reader.take("}") || (min === "" && !comma)) {
      reader.back(start);
      return null;
    }
    const bounds = { min: Number(min || 0), max: max === "" ? Number.POSITIVE_INFINITY : Number(max) };
    if (bounds.max < bounds.min) throw reader.fail("repeats at least more often than at most");
    if (Math.max(bounds.min, Number.isFinite(bounds.max) ? bounds.max : 0) > mostRepeats) {
      throw reader.fail(`repeats more than ${mostRepeats} times`);
    }
    return bounds;
  }
}

const looks = [
  ["=", false, false],
  ["!", false, true],
  ["<=", true, false],
  ["<!", true, true],
] as const;

function literal(code: number, { ignoreCase, ascii }: Flags): Node {
  const set = setOf([code, code]);
  return { kind: "set", set: ignoreCase ? ignoringCase(set, ascii) : set };
}
