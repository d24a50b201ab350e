import { type CodePoints, complement, isSubset } from "./code-points.ts";
import { parseRegex } from "./parse.ts";
import type { Fail, Node } from "./reader.ts";

/**
 * A pattern of Python's `re` as PostgreSQL's `~` understands it: the same texts match, whatever the database's collation
 * is. Throws the error that `fail` makes for what has no equivalent, and names it.
 */
export function toPostgresRegex(pattern: string, failure: Fail): string {
  const fail = (reason: string) => failure(`the regular expression ${JSON.stringify(pattern)} ${reason}`);
  const node = parseRegex(pattern, fail);
  const referred = nodesIn(node).flatMap((one) => (one.kind === "reference" ? [one.number] : []));
  const groups = new Map([...new Set(referred)].sort((a, b) => a - b).map((number, at) => [number, at + 1]));
  return new Writer(groups, fail).write(node, true);
}

/** The node and all that is in it. */
function nodesIn(node: Node): Node[] {
  if ("parts" in node) return [node, ...node.parts.flatMap(nodesIn)];
  return "body" in node ? [node, ...nodesIn(node.body)] : [node];
}

/** Repetitions that PostgreSQL takes at once. */
const mostAtOnce = 255;
const never = "(?!)";

class Writer {
  private looking = false;

  /** Only groups that are referred to capture; PostgreSQL counts those alone. */
  constructor(
    private readonly groups: ReadonlyMap<number, number>,
    private readonly fail: Fail,
  ) {}

  /** `isLast`: nothing comes after the node, so that it may eat what it looks at. Beside it may stand other nodes. */
  write(node: Node, isLast: boolean, before?: Node, after?: Node): string {
    switch (node.kind) {
      case "set":
        return setText(node.set);
      case "edge":
        return edgeText(node.at, isLast && !this.looking);
      case "boundary":
        return boundaryText(node, before, after);
      case "sequence":
        return node.parts
          .map((part, at, all) => this.write(part, isLast && at === all.length - 1, all[at - 1], all[at + 1]))
          .join("");
      case "choice":
        return `(?:${node.parts.map((branch) => this.write(branch, isLast)).join("|")})`;
      case "group":
        return this.group(node, isLast);
      case "look":
        return this.look(node);
      case "reference":
        if (this.looking) throw this.insideLook();
        return `(?:\\${this.groups.get(node.number)})`;
      case "repeat":
        return this.repeat(node);
    }
  }

  private group({ body, number }: Node & { kind: "group" }, isLast: boolean): string {
    const captures = number !== null && this.groups.has(number);
    if (captures && this.looking) throw this.insideLook();
    return `(${captures ? "" : "?:"}${this.write(body, isLast && !captures)})`;
  }

  private insideLook(): Error {
    return this.fail("refers to a group inside a look-around, which PostgreSQL cannot do");
  }

  private look({ behind, negative, body }: Node & { kind: "look" }): string {
    const outer = this.looking;
    this.looking = true;
    const written = this.write(body, false);
    this.looking = outer;
    return `(?${behind ? "<" : ""}${negative ? "!" : "="}${written})`;
  }

  /** What is never there; a group in it would have nothing to refer to. */
  private nothing(body: Node): string {
    const isReferred = (node: Node) => node.kind === "group" && node.number !== null && this.groups.has(node.number);
    if (nodesIn(body).some(isReferred)) throw this.fail("refers to a group that is left out");
    return "";
  }

  private repeat({ body, min, max }: Node & { kind: "repeat" }): string {
    // PostgreSQL repeats no constraint, and repeating one changes nothing.
    const isConstraint = body.kind === "look" || (body.kind === "set" && body.set.length === 0);
    if (isConstraint) return min === 0 ? this.nothing(body) : this.write(body, false);
    const atom = this.write(body, false);
    if (max === 0) return this.nothing(body);
    return max <= mostAtOnce ? `${atom}{${min},${max}}` : times(atom, min, max);
  }
}

/** First what must be there, then what may be. */
function times(atom: string, min: number, max: number): string {
  if (max === 0) return "";
  if (max === Number.POSITIVE_INFINITY && min <= mostAtOnce) return atom + (["*", "+"][min] ?? `{${min},}`);
  const step = Math.min(min || max, mostAtOnce);
  const rest = times(atom, Math.max(0, min - step), max - step);
  return min > 0 ? `${atom}{${step}}${rest}` : `${atom}{0,${step}}${rest}`;
}

/** A boundary next to a character that is surely of a word is one look to the other side. */
function boundaryText({ word, negative }: Node & { kind: "boundary" }, before?: Node, after?: Node): string {
  const inside = setText(word);
  if (before?.kind === "set" && isSubset(before.set, word)) return negative ? `(?=${inside})` : `(?!${inside})`;
  if (after?.kind === "set" && isSubset(after.set, word)) return negative ? `(?<=${inside})` : `(?<!${inside})`;
  return negative
    ? `(?:(?<=${inside})(?=${inside})|(?<!${inside})(?!${inside})(?:(?<=.)|(?=.)))`
    : `(?:(?<=${inside})(?!${inside})|(?<!${inside})(?=${inside}))`;
}

/** `$` also stands before a newline at the very end. Where nothing follows, eating that is cheaper than looking at it. */
function edgeText(at: (Node & { kind: "edge" })["at"], mayEat: boolean): string {
  const texts = {
    start: "^",
    "line start": "(?:^|(?<=\\n))",
    end: mayEat ? "\\n?$" : "(?=\\n?$)",
    "line end": "(?=\\n|$)",
    "very end": "$",
  };
  return texts[at];
}

function setText(set: CodePoints): string {
  const [only] = set;
  if (only === undefined) return never;
  if (set.length === 1 && only[0] === only[1]) return characterText(only[0]);
  const others = complement(set);
  if (others.length === 0) return ".";
  return others.length < set.length ? `[^${members(others)}]` : `[${members(set)}]`;
}

function members(set: CodePoints): string {
  return set.map(([from, to]) => bracketText(from) + (from === to ? "" : `-${bracketText(to)}`)).join("");
}

function bracketText(code: number): string {
  const character = String.fromCodePoint(code);
  return /[A-Za-z0-9_ ]/.test(character) ? character : codeText(code);
}

function characterText(code: number): string {
  const character = String.fromCodePoint(code);
  if (/[A-Za-z0-9_ ]|[^\0-\x7f]/u.test(character) && character.isWellFormed()) return character;
  return /[!-~]/.test(character) ? `\\${character}` : codeText(code);
}

function codeText(code: number): string {
  if (code === 10) return "\\n";
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}
