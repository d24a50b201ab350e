import { anything, characterClass, complement, ignoringCase, setOf } from "./code-points.ts";
import { bracketOf, characterOf, classOf, type Fail, type Flags, type Node, Reader } from "./reader.ts";

/** Parentheses inside each other at most; patterns by people have a handful. */
const deepest = 100;
/** Repetitions at most: beyond, the automaton gets too large. */
const mostRepeats = 1000;

const flagLetters: Record<string, keyof Flags> = {
  i: "ignoreCase",
  s: "dotAll",
  m: "multiline",
  x: "verbose",
  a: "ascii",
};

/** Reads a pattern of Python's `re`. Throws for what is no such pattern, and for what PostgreSQL cannot do. */
export function parseRegex(pattern: string, fail: Fail): Node {
  const reader = new Reader(pattern, fail);
  const flags = { ignoreCase: false, dotAll: false, multiline: false, verbose: false, ascii: false };
  const [, letters] = reader.match(/\(\?([aiLmsux]+)\)/y) ?? [];
  if (letters !== undefined) setFlags(letters, flags, true, reader);
  return new Parser(reader).whole(flags);
}

function setFlags(given: string, flags: Flags, on: boolean, reader: Reader): void {
  for (const letter of given) {
    const flag = flagLetters[letter];
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
    if (!this.reader.isAtEnd) throw this.reader.fail("has a closing parenthesis too many");
    return node;
  }

  private choice(flags: Flags): Node {
    if (++this.depth > deepest) throw this.reader.fail("is nested too deep");
    const first = this.sequence(flags);
    const others: Node[] = [];
    while (this.reader.take("|")) others.push(this.sequence(flags));
    this.depth--;
    return others.length === 0 ? first : { kind: "choice", parts: [first, ...others] };
  }

  private sequence(flags: Flags): Node {
    const parts: Node[] = [];
    for (;;) {
      if (flags.verbose) this.skipBlanks();
      if (this.reader.match(/$|(?=[|)])/y) !== null) return { kind: "sequence", parts };
      const atom = this.atom(flags);
      if (atom !== null) parts.push(this.repeated(atom, flags));
    }
  }

  private skipBlanks(): void {
    this.reader.match(/(?:\s|#[^\n]*)*/y);
  }

  private atom(flags: Flags): Node | null {
    const { reader } = this;
    const [sign] = reader.match(/[*+?]/y) ?? [];
    if (sign !== undefined) throw reader.fail(`has a "${sign}" with nothing before it to repeat`);
    if (this.quantifier() !== null) throw reader.fail("has nothing before a {…} to repeat");
    const character = reader.next();
    if (character === "(") return this.group(flags);
    if (character === "[") return { kind: "set", set: bracketOf(reader, flags) };
    if (character === "\\") return this.escape(flags);
    if (character === ".") return { kind: "set", set: flags.dotAll ? anything : complement([[10, 10]]) };
    if (character === "^") return { kind: "edge", at: flags.multiline ? "line start" : "start" };
    if (character === "$") return { kind: "edge", at: flags.multiline ? "line end" : "end" };
    return literal(character.codePointAt(0) ?? 0, flags);
  }

  private escape(flags: Flags): Node {
    const { reader } = this;
    const letter = reader.next();
    if (letter === "A") return { kind: "edge", at: "start" };
    if (letter === "Z") return { kind: "edge", at: "very end" };
    if (letter === "b" || letter === "B") {
      return { kind: "boundary", negative: letter === "B", word: characterClass("w", flags.ascii) };
    }
    const set = classOf(letter, flags);
    if (set !== null) return { kind: "set", set };
    const code = characterOf(letter, reader);
    if (code !== null) return literal(code, flags);
    return this.octal(letter, flags) ?? this.reference(Number(`${letter}${reader.match(/[0-9]?/y)}`), flags);
  }

  /** Three octal digits are a character, fewer a group's number; the first digit is read. */
  private octal(first: string, flags: Flags): Node | null {
    const [rest] = (/[0-7]/.test(first) && this.reader.match(/[0-7]{2}/y)) || [];
    if (rest === undefined) return null;
    const code = Number.parseInt(first + rest, 8);
    if (code > 0o377) throw this.reader.fail(`has an octal escape \\${first}${rest} above \\377`);
    return literal(code, flags);
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
    const [look, behind] = reader.match(/(<?)[=!]/y) ?? [];
    if (look !== undefined) {
      return { kind: "look", behind: behind === "<", negative: look.endsWith("!"), body: this.body(flags) };
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
    const [on = "", off = ""] = reader.match(/([a-zA-Z]*)(?:-([a-zA-Z]*))?/y)?.slice(1) ?? [];
    setFlags(on, flags, true, reader);
    setFlags(off, flags, false, reader);
    if (reader.take(")")) throw reader.fail(`has flags (?${on}) elsewhere than at its start`);
    if (!reader.take(":")) throw reader.fail(`has an unknown group (?${on}${reader.isAtEnd ? "" : reader.next()}`);
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
    if (!this.reader.take("?") && this.reader.take("+")) {
      throw this.reader.fail("has a possessive quantifier, which PostgreSQL does not know");
    }
    if (flags.verbose) this.skipBlanks();
    if (this.quantifier() !== null) throw this.reader.fail("repeats a repetition; put it into parentheses");
    return { kind: "repeat", body: atom, ...bounds };
  }

  /** `*`, `+`, `?`, `{3}`, `{3,}`, `{,3}` or `{3,5}`; any other brace is a brace. */
  private quantifier(): { min: number; max: number } | null {
    const { reader } = this;
    const [sign, exactly, least, most] = reader.match(/[*+?]|\{(?:(\d+)|(\d*),(\d*))\}/y) ?? [];
    if (sign === undefined) return null;
    if (sign === "?") return { min: 0, max: 1 };
    if (sign === "*" || sign === "+") return { min: sign === "+" ? 1 : 0, max: Number.POSITIVE_INFINITY };
    const min = Number(exactly ?? least);
    const max = Number((exactly ?? most) || Number.POSITIVE_INFINITY);
    if (max < min) throw reader.fail("repeats at least more often than at most");
    if (min > mostRepeats || (max > mostRepeats && Number.isFinite(max))) {
      throw reader.fail(`repeats more than ${mostRepeats} times`);
    }
    return { min, max };
  }
}

function literal(code: number, { ignoreCase, ascii }: Flags): Node {
  const set = setOf([code, code]);
  return { kind: "set", set: ignoreCase ? ignoringCase(set, ascii) : set };
}
