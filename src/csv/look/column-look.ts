import { type Candidate, readingOf } from "./candidates.ts";

/** Words that stand for nothing in many programs' files. */
const nullWords = new Set(
  [
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "NULL",
    "Null",
    "null",
    "NaN",
    "nan",
    "None",
    "none",
    "\\N",
    "-",
    "--",
    ".",
    "?",
  ].values(),
);

/** Different values that are kept, by which ways to write are held against each other. */
const mostKept = 2_000;

/** What a column of texts may be, found out value by value. */
export class ColumnLook {
  rows = 0;
  /** Rows in which there is nothing: neither a value nor a word for none. */
  empty = 0;
  /** The line of the first value with blanks around it, or of nothing but blanks. */
  padded: number | null = null;
  /** Words that may stand for NULL, if the column is none of texts, with the line of the first. */
  readonly words = new Map<string, { count: number; line: number }>();
  /** Different values, with the line of the first of each. */
  readonly kept = new Map<string, number>();
  #alive: readonly Candidate[];

  constructor(candidates: readonly Candidate[]) {
    this.#alive = candidates;
  }

  add(value: string, line: number): void {
    this.rows++;
    if (value === "") {
      this.empty++;
      return;
    }
    if (this.#alive.length === 0 || this.kept.has(value)) return;
    const bare = value.trim();
    if (bare !== value) this.padded ??= line;
    if (bare === "") {
      this.empty++;
      return;
    }
    const fitting = this.#alive.filter((one) => readingOf(one, bare) !== null);
    if (fitting.length === 0 && nullWords.has(bare)) {
      const known = this.words.get(bare) ?? { count: 0, line };
      this.words.set(bare, { ...known, count: known.count + 1 });
      return;
    }
    this.#alive = fitting;
    if (this.kept.size >= mostKept) return;
    this.kept.set(value, line);
    // What said the same of so many values need not be asked of all the others, unless it is of a type that takes more.
    if (this.kept.size < mostKept) return;
    this.#alive = [...Map.groupBy(fitting, ({ type }) => type).values()].flatMap((ways) => this.#different(ways));
  }

  /** What all values can be, the simplest type first, and of it all ways that say something else; none for texts. */
  readings(): Candidate[] {
    if (this.kept.size === 0) return [];
    const [first] = this.#alive.filter((one) => one.type !== "bool" || this.#hasBoth());
    if (first === undefined) return [];
    const ways = this.#alive.filter(({ type }) => type === first.type || isAmbiguousWith(type, first.type));
    return this.#different(ways);
  }

  /** Of those that say the same of all values that were kept, the first. */
  #different(candidates: readonly Candidate[]): Candidate[] {
    const seen = new Set<string>();
    return candidates.filter((one) => {
      const said = this.#saidBy(one);
      return !seen.has(said) && seen.add(said);
    });
  }

  /** A word alone, without its contrary, may be any word. */
  #hasBoth(): boolean {
    return new Set([...this.kept.keys()].map((value) => value.trim().toLowerCase())).size > 1;
  }

  #saidBy(candidate: Candidate): string {
    return [...this.kept.keys()].map((value) => readingOf(candidate, value.trim())).join("\n");
  }

  /** The line of the first value. */
  firstLine(): number | null {
    return this.kept.values().next().value ?? null;
  }
}

/** `1,213` is one number or another, with or without a fraction. */
function isAmbiguousWith(type: string, first: string): boolean {
  return first === "int8" && type === "numeric";
}
