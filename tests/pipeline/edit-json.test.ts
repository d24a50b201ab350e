import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { withProperty } from "../../src/pipeline/answers/written/edit-json.ts";

const value = { delimiter: ";", dates: ["DD/MM/YYYY"] };
const shown = '{ "delimiter": ";", "dates": ["DD/MM/YYYY"] }';

const cases: [what: string, text: string, path: string[], name: string, before: string | undefined, made: string][] = [
  ["an object on one line stays on one", '{"a":1}', [], "w", undefined, `{"a":1, "w": ${shown}}`],
  ["an empty one", '{ "t": {} }\n', ["t"], "w", undefined, `{ "t": { "w": ${shown} } }\n`],
  ["lines keep their indent", '{\n\t"a": 1\n}\n', [], "w", undefined, `{\n\t"a": 1,\n\t"w": ${shown}\n}\n`],
  ["and their ends", '{\r\n  "a": 1\r\n}\r\n', [], "w", undefined, `{\r\n  "a": 1,\r\n  "w": ${shown}\r\n}\r\n`],
  [
    "above another",
    '{\n  "a": [ 1,2 ],\n  "t": {}\n}',
    [],
    "w",
    "t",
    `{\n  "a": [ 1,2 ],\n  "w": ${shown},\n  "t": {}\n}`,
  ],
  [
    "in the place of what it was",
    '{ "t" : {"w":  {"x": 1}, "z":2} }',
    ["t"],
    "w",
    undefined,
    `{ "t" : {"w":  ${shown}, "z":2} }`,
  ],
  [
    "a name of a prototype",
    '{ "t": { "a": 1 } }',
    ["t"],
    "toString",
    undefined,
    `{ "t": { "a": 1, "toString": ${shown} } }`,
  ],
];

describe("a property is put into JSON as somebody laid it out", () => {
  test.each(cases)("%s", (_, text, path, name, before, made) => {
    expect(withProperty(text, path, name, value, before)).toBe(made);
  });

  test("the shipped manifest changes in one line only", () => {
    const text = readFileSync("db/dataset.json", "utf8");
    const made = withProperty(text, ["tables", "users"], "written", value);
    const [before, after] = [text.split("\n"), made.split("\n")];
    expect(after.length).toBe(before.length);
    expect(after.filter((line, at) => line !== before[at])).toEqual([
      `    "users": { "file": "users.csv", "suite": "expectations/users.json", "written": ${shown} },`,
    ]);
    expect(JSON.parse(made).tables.users.written).toEqual(value);
  });
});
