import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Invocation, parseArguments } from "../../src/headless/arguments.ts";
import type { Command } from "../../src/headless/command.ts";
import { commands } from "../../src/headless/commands.ts";
import { flags } from "../../src/headless/flags.ts";
import { readPlain } from "../../src/headless/plain.ts";

const wordsOf = (line: string) => line.split(" ").filter(Boolean);

/** What the parser of all command lines makes of it; null when it complains. */
function parsed(argv: readonly string[]): Invocation | null {
  try {
    return parseArguments(argv, "1.2.3");
  } catch {
    return null;
  }
}

const all: [string, Command][] = Object.entries(commands);
const lines = all.flatMap(([, { examples }]) => Object.keys(examples));

describe("a plain command line", () => {
  test.each(lines)("%s is read as the parser reads it", (line) => {
    expect(readPlain(wordsOf(line))).not.toBeNull();
    expect(readPlain(wordsOf(line))).toEqual(parsed(wordsOf(line)));
  });

  test.each([
    ...["--help", "months --help", "help", "help months", "--version", "-h", "--"],
    ...[
      "--data=x",
      "--month 0 months",
      "--jsn",
      "snapshts",
      "show",
      "show 1 2",
      "db restart",
      "--month",
      "--month --json",
    ],
    ...[
      "export --as-of",
      "validate --suite s --table t --result-format FULL",
      "--month -1",
      "--json=yes",
      "constructor",
    ],
  ])("%s is left to the parser", (line) => {
    expect(readPlain(wordsOf(line))).toBeNull();
  });

  test("an empty value is left to the parser", () => {
    expect(readPlain(["--data", ""])).toBeNull();
    expect(readPlain([""])).toBeNull();
  });

  test("whatever is written, the parser reads the same or does not see it at all", () => {
    const word = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(...Object.values(flags).map(({ syntax }) => syntax.split(" ")[0] ?? "")),
      },
      { weight: 2, arbitrary: fc.constantFrom(...Object.keys(commands)) },
      {
        weight: 3,
        arbitrary: fc.constantFrom("0", "month_001", "2024-01-31", "start", "url", "a=b", "COMPLETE", "x.csv"),
      },
      fc.constantFrom(
        "help",
        "--help",
        "-h",
        "--",
        "-",
        "-1",
        "",
        "--month=1",
        "--color",
        "--no-json",
        "toString",
        "ä",
      ),
    );
    let plain = 0;
    const name = fc.constantFrom(...Object.keys(commands));
    const line = fc.tuple(fc.array(word, { maxLength: 2 }), name, fc.array(word, { maxLength: 6 }));
    fc.assert(
      fc.property(line, ([before, command, after]) => {
        const argv = [...before, ...(command === "" ? [] : [command]), ...after];
        const read = readPlain(argv);
        if (read === null) return;
        plain++;
        expect({ argv, read }).toEqual({ argv, read: parsed(argv) as Invocation });
      }),
      { numRuns: 3_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });
});
