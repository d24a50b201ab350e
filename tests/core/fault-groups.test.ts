import { expect, test } from "bun:test";
import { type Fault, type FaultCode, faultCodes, groupFaults } from "../../src/core/faults.ts";
import { describeGroup } from "../../src/core/messages/fault-words.ts";
import { acceptedBy } from "../../src/core/written/settings.ts";
import { FaultTally } from "../../src/csv/tally.ts";
import { faultLines } from "../../src/headless/views/faults.ts";

const fault = (line: number, value: string): Fault => ({
  ...{ file: "usage.csv", line, column: "hours", value },
  ...{ code: "not_numeric", reason: "not a number" },
});

test("faults are grouped by file, kind and column, in the order they were met", () => {
  const other: Fault = { file: "users.csv", code: "file_missing", reason: "the file is not in the drop" };
  const many = Array.from({ length: 5 }, (_, index) => fault(index + 3, `n/${index}`));
  const groups = groupFaults([...many, other, { ...fault(9, "x"), column: "days" }]);
  expect(groups.map(({ column, count, first }) => [column, count, first.map(({ line }) => line)])).toEqual([
    ["hours", 5, [3, 4, 5]],
    [undefined, 1, [undefined]],
    ["days", 1, [9]],
  ]);
});

test("each place of a group has its own reason", () => {
  const faults = [
    { ...fault(3, "no"), reason: "not True or False; did you mean False?" },
    { ...fault(4, "yes"), reason: "not True or False; did you mean True?" },
    { ...fault(5, "no"), reason: "not True or False; did you mean False?" },
  ];
  const [group] = groupFaults(faults);
  expect(group?.first.map(({ reason }) => reason)).toEqual([undefined, faults[1]?.reason, undefined]);
  const lines = faultLines({ faults });
  expect(lines.map((line) => /did you mean (\w+)/.exec(line)?.[1])).toEqual(["False", "True", "False"]);
  const tally = new FaultTally("usage.csv");
  for (const { code, reason, line, column, value } of faults) tally.add(code, reason, line, column, value);
  expect(tally.groups).toEqual(groupFaults(faults));
});

test("many that the manifest may accept are told with the command that finds out how", () => {
  const faults = [3, 4].map((line) => ({
    ...fault(line, "1,5"),
    reason: `not a number; ${acceptedBy({ decimal: "," })}`,
  }));
  const [group] = groupFaults(faults);
  expect(group && describeGroup(group)).toContain("`1,5`; `check --suggest` finds out");
});

test("a group is one sentence", () => {
  const sentence = (faults: Fault[]) => groupFaults(faults).map(describeGroup).join();
  expect(sentence([fault(3, "n/a"), fault(4, "x")])).toBe("hours: 2 values are not numeric, first at line 3: `n/a`");
  expect(sentence([fault(3, "n/a")])).toBe("line 3, hours: not a number: `n/a`");
  expect(sentence([{ file: "a.csv", code: "file_empty", reason: "the file has no bytes" }])).toBe(
    "the file has no bytes",
  );
  expect(sentence([2, 3].map((line) => ({ file: "a.csv", line, code: "row_blank", reason: "blank" })))).toBe(
    "2 blank lines stand between rows, first at line 2",
  );
});

test("every kind that can be met twice in a file has its sentence", () => {
  const once = /^(file_|no_rows|header_missing|part_columns|delimiter|not_csv|other_table|row_count|rows_lost)/;
  for (const code of Object.keys(faultCodes) as FaultCode[]) {
    const [group] = groupFaults([1, 2].map((line) => ({ file: "a.csv", line, code, reason: "" })));
    if (group && !once.test(code)) expect(describeGroup(group)).not.toMatch(/ times: /);
  }
});

test("several rows against a rule are told with the rule of the first", () => {
  const first = [{ line: 3, value: "6" }];
  const group = { file: "a.csv", column: "x", code: "check_broken" as const, reason: "against few, CHECK (x < 5)" };
  expect(describeGroup({ ...group, count: 2, first })).toBe(
    "x: 2 rows break the rule, or rules, of a CHECK, first at line 3: `6` (against few, CHECK (x < 5))",
  );
  const needed = { file: "a.csv", code: "null_forbidden" as const, reason: "x_nn of s wants a value (NOT NULL)" };
  expect(describeGroup({ ...needed, count: 2, first: [] })).toContain("(x_nn of s wants");
});
