/** Sets of characters, as ascending code point ranges that do not touch. NUL is in none: no text holds it. */
export type CodePoints = readonly (readonly [from: number, to: number])[];

const last = 0x10ffff;

export function setOf(...ranges: readonly (readonly [number, number])[]): CodePoints {
  const sorted = ranges.map(([from, to]) => [Math.max(from, 1), to] as const).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const previous = merged.at(-1);
    if (to < from) continue;
    if (previous !== undefined && from <= previous[1] + 1) previous[1] = Math.max(previous[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function complement(set: CodePoints): CodePoints {
  const gaps: [number, number][] = [];
  let next = 1;
  for (const [from, to] of set) {
    gaps.push([next, from - 1]);
    next = to + 1;
  }
  return setOf(...gaps, [next, last]);
}

export function isSubset(set: CodePoints, of: CodePoints): boolean {
  return set.every(([from, to]) => of.some(([start, end]) => start <= from && to <= end));
}

export const anything: CodePoints = [[1, last]];
/** What Python means by `\d`, `\s` and `\w`, in Unicode and, under `(?a)`, in ASCII. */
const classes = {
  d: { ascii: setOf([0x30, 0x39]), unicode: lazily(/\p{Nd}+/gu) },
  s: {
    ascii: setOf([0x09, 0x0d], [0x20, 0x20]),
    unicode: () => {
      const alone = [0x85, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000].map((code) => [code, code] as const);
      return setOf([0x09, 0x0d], [0x1c, 0x20], [0x2000, 0x200a], [0x2028, 0x2029], ...alone);
    },
  },
  w: {
    ascii: setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]),
    unicode: lazily(/[\p{L}\p{N}_]+/gu),
  },
};

export function characterClass(kind: keyof typeof classes, ascii: boolean): CodePoints {
  return ascii ? classes[kind].ascii : classes[kind].unicode();
}

/** The characters of a Unicode class, found when they are first asked for: it takes some milliseconds. */
function lazily(pattern: RegExp): () => CodePoints {
  let found: CodePoints | undefined;
  return () => {
    found ??= setOf(...Array.from({ length: (last + 1) / block }, (_, at) => rangesIn(at * block, pattern)).flat());
    return found;
  };
}

const block = 0x1000;

/** The ranges of a block that are of the class. Surrogates, which make pairs here, are of none that is asked for. */
function rangesIn(start: number, pattern: RegExp): [number, number][] {
  const text = String.fromCodePoint(...Array.from({ length: block }, (_, offset) => start + offset));
  return Array.from(text.matchAll(pattern), ([run]): [number, number] => {
    const from = run.codePointAt(0) ?? 0;
    return [from, from + [...run].length - 1];
  });
}

/** Characters that Python's ignore-case matching holds equal though their cases do not lead to each other. */
const alike = "kK\u212a s\u017fS å\u212bÅ µμΜ ςσΣ βϐΒ εϵΕ θϑΘ κϰΚ πϖΠ ρϱΡ φϕΦ iIİı".split(" ");

/** The set with the other case of every letter in it; under `(?a)` only of A to Z. */
export function ignoringCase(set: CodePoints, ascii: boolean): CodePoints {
  if (ascii) return setOf(...set, ...shifted(set, 0x41, 32), ...shifted(set, 0x61, -32));
  const others: [number, number][] = [];
  for (const [from, to] of set) {
    // A range this wide is there to take whole scripts in, both cases of them.
    for (let code = from; code <= Math.min(to, from + 0x3000); code++) {
      for (const other of otherCases(String.fromCodePoint(code))) others.push([other, other]);
    }
  }
  return setOf(...set, ...others);
}

/** The part of the set in the 26 letters from `first` on, moved by `distance`. */
function shifted(set: CodePoints, first: number, distance: number): [number, number][] {
  return set.map(([from, to]) => [Math.max(from, first) + distance, Math.min(to, first + 25) + distance]);
}

function otherCases(character: string): number[] {
  // ß has no single capital: SS is two letters.
  const cases = [character.toLowerCase(), character.toUpperCase()].filter((text) => [...text].length === 1);
  const group = alike.filter((letters) => letters.includes(character));
  return [...cases, ...group].flatMap((text) => Array.from(text, (one) => one.codePointAt(0) ?? 0));
}
