import { type CodePoints, complement, ignoringCase, setOf, union } from "./code-points.ts";
import { characterOf, classOf } from "./escapes.ts";
import type { Reader } from "./reader.ts";
import type { Flags } from "./syntax.ts";

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
