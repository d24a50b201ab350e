import { expect, test } from "bun:test";
import { exitCodeOf, type FailureCode, failureCodes } from "../../src/core/errors.ts";
import { parseArguments } from "../../src/headless/arguments.ts";
import { exits } from "../../src/headless/usage.ts";

const codes = Object.keys(failureCodes) as FailureCode[];

test.each(codes)("the exit table has words for %s, at its exit code", (code) => {
  const row = exits.find((exit) => exit.code === exitCodeOf(code));
  expect(row?.meaning).toContain(failureCodes[code].means ?? String(code));
});

test("a refusal is told by its kind, a leak among them", () => {
  expect(exits.find(({ code }) => code === 4)?.meaning).toBe(
    "refused: locked; out of order; a sealed snapshot would change; the drop that was waited for did not come; labels would leak; a table or a value cannot be converted",
  );
});

test("help prints the same table", () => {
  const help = parseArguments(["--help"], "1.2.3");
  const text = help.kind === "text" ? help.text : "";
  for (const { code, meaning } of exits)
    expect(text).toMatch(new RegExp(`^ +${code} +${RegExp.escape(meaning)}$`, "m"));
});
