import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { toPostgresRegex } from "../../src/expectations/regex/translate.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const translate = (pattern: string) => toPostgresRegex(pattern, (reason) => new Error(reason));

/** Those of the texts in which PostgreSQL finds the Python pattern. */
async function matching(pattern: string, texts: readonly string[]): Promise<string[]> {
  const rows = await database.sql`
    select t from unnest(${[...texts]}::text[]) with ordinality as texts(t, place)
     where t collate "C" ~ ${translate(pattern)}::text order by place`;
  return rows.map((row) => row.t);
}

describe("where Python and PostgreSQL read a pattern differently, Python's reading counts", () => {
  const cases: [pattern: string, matches: string[], fails: string[]][] = [
    ["\\bcat\\b", ["cat", "a cat.", "cat\n"], ["cats", "bobcat", "cat_", "caté"]],
    ["\\Bat", ["cat", "éat"], ["at", " at"]],
    ["a.c", ["abc", "a c"], ["a\nc"]],
    ["(?s)a.c", ["abc", "a\nc"], ["ac"]],
    ["end$", ["the end", "the end\n"], ["the end\n\n", "end."]],
    ["end\\Z", ["the end"], ["the end\n"]],
    ["(?m)^b$", ["b", "a\nb\nc", "b\n"], ["ab"]],
    ["(?P<first>[ab])-(?P=first)", ["a-a", "b-b"], ["a-b"]],
    ["(x)(?P<n>\\d)(?:y)\\2", ["x1y1"], ["x1y2"]],
    ["(?i)straße", ["STRAßE", "Straße"], ["STRASSE"]],
    ["(?i)[k-m]", ["K", "l", "\u212a"], ["n"]],
    ["(?i:a)b", ["ab", "Ab"], ["aB"]],
    ["(?x) a \\  b # blank", ["a b"], ["ab"]],
    ["^\\w+$", ["été", "naïve_1", "٣"], ["a-b", "a b", ""]],
    ["(?a)^\\w+$", ["abc"], ["été"]],
    ["^\\d+$", ["12", "٣"], ["1a"]],
    ["^[^\\W\\d]+$", ["abc", "é"], ["a1"]],
    ["\\s", ["a\u00a0b", "a\tb"], ["ab"]],
    ["a{,2}b", ["b", "aab"], ["aac"]],
    ["^a{3,}$", ["aaa", "aaaaaa"], ["aa"]],
    ["^a{300}$", ["a".repeat(300)], ["a".repeat(299)]],
    ["^(?:ab){2,400}$", ["abab", "ab".repeat(400)], ["ab", "ab".repeat(401)]],
    ["a{x}", ["a{x}"], ["ax"]],
    ["[]a]", ["]", "a"], ["["]],
    ["[a\\-z]", ["-"], ["m"]],
    ["\\x41\\u00e9\\t", ["Aé\t"], ["Aé "]],
    ["\\101\\.", ["A."], ["Ab"]],
    ["a*?b+?c??", ["b"], ["a"]],
    ["(?<=a)b(?!c)", ["ab", "xabd"], ["abc", "b"]],
    ["[\\x00-\\x1f]", ["\n"], ["a"]],
    ["***=a", [], []],
    ["", ["", "a"], []],
    ["a|", ["a", "b"], []],
  ];

  test.each(cases.filter(([, matches, fails]) => matches.length + fails.length > 0))(
    "%p",
    async (pattern, matches, fails) => {
      expect(await matching(pattern, [...matches, ...fails])).toEqual(matches);
    },
  );
});

test.each([
  ["a(?i)b", "has flags (?i) elsewhere than at its start"],
  ["(?>a)b", "has an atomic group (?>…), which PostgreSQL does not know"],
  ["a++b", "has a possessive quantifier, which PostgreSQL does not know"],
  ["(a)?(?(1)b|c)", "has a condition (?(…)…), which PostgreSQL does not know"],
  ["(?i)(a)\\1", "refers to a group while it ignores case; PostgreSQL cannot do both"],
  ["(a)(?=\\1)", "refers to a group inside a look-around, which PostgreSQL cannot do"],
  ["(a){0}\\1", "refers to a group that is left out"],
  ["\\N{BULLET}", "names a character by \\N{…}; write the character itself"],
  ["\\m", "has an unknown escape \\m"],
  ["[[:alpha:]]", "has [:…] in brackets, which Python and PostgreSQL read differently"],
  ["(", "lacks a closing parenthesis"],
  ["a)", "has a closing parenthesis too many"],
  ["[a", "ends too soon"],
  ["[z-a]", "has a range without order"],
  ["*a", 'has a "*" with nothing before it to repeat'],
  ["***=a", 'has a "*" with nothing before it to repeat'],
  ["a**", "repeats a repetition; put it into parentheses"],
  ["^*", "repeats a place between characters"],
  ["a{2,1}", "repeats at least more often than at most"],
  ["a{9999}", "repeats more than 1000 times"],
  ["\\1", "refers to group 1 before its end"],
  ["(?P<n>a)(?P<n>b)", "has two groups named n"],
  ["(?P=n)", "refers to a group n that is not there"],
  ["(?q:a)", 'has a flag "q" that texts cannot have'],
  ["\\x4", "has an incomplete escape \\x4"],
  ["(".repeat(200), "is nested too deep"],
])("%p is refused by name", (pattern, reason) => {
  expect(() => translate(pattern)).toThrow(`the regular expression ${JSON.stringify(pattern)} ${reason}`);
});

/** Patterns that JavaScript and Python read alike, for ASCII texts without newlines. */
const shared = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        "a",
        "b",
        "1",
        "_",
        "-",
        ".",
        "\\.",
        "\\d",
        "\\w",
        "\\s",
        "\\D",
        "\\W",
        "[ab]",
        "[^a]",
        "[a-c\\d]",
        "\\b",
        "\\B",
        "^",
        "$",
      ),
    },
    { weight: 2, arbitrary: tie("node").map((node) => `(?:${node})`) },
    { weight: 1, arbitrary: tie("node").map((node) => `(?=${node})`) },
    { weight: 1, arbitrary: tie("node").map((node) => `(?!${node})`) },
    {
      weight: 2,
      arbitrary: tie("node").chain((node) =>
        fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "+?").map((times) => `(?:${node})${times}`),
      ),
    },
  ),
  node: fc.oneof(
    { maxDepth: 3 },
    tie("atom"),
    fc.array(tie("atom"), { maxLength: 4 }).map((atoms) => atoms.join("")),
    fc.tuple(tie("atom"), tie("node")).map(([left, right]) => `${left}|${right}`),
  ),
}));

test("patterns that JavaScript reads as Python does match the same texts", async () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c", "1", "_", "-", " ", "."), maxLength: 6 }), {
    minLength: 10,
    maxLength: 10,
  });
  await fc.assert(
    fc.asyncProperty(shared.node, texts, async (pattern, samples) => {
      // Python takes \B to match nowhere in an empty text.
      const asked = samples.filter((text) => text !== "" || !pattern.includes("\\B"));
      expect(await matching(pattern, asked)).toEqual(asked.filter((text) => new RegExp(pattern).test(text)));
    }),
    { numRuns: 150 },
  );
});

test("no pattern at all is read as something that PostgreSQL refuses", async () => {
  const pieces = fc.constantFrom(
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "?",
    "*",
    "+",
    "|",
    "^",
    "$",
    "\\",
    ".",
    "-",
    ",",
    "a",
    "1",
    "(?:",
    "(?=",
    "(?P<n>",
    "\\d",
    "\\b",
    "[^",
    "é",
    "\n",
    "'",
    '"',
    "%",
    "***:",
    "(?i)",
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
      let translated: string;
      try {
        translated = translate(parts.join(""));
      } catch (refused) {
        expect((refused as Error).message).toStartWith("the regular expression ");
        return;
      }
      await database.sql`select 'x' ~ ${translated}::text`;
      taken++;
    }),
    { numRuns: 400 },
  );
  expect(taken).toBeGreaterThan(40);
  expect(taken).toBeLessThan(360);
});
