import { expect, test } from "bun:test";
import { type FaultCode, faultCodes, isMendedHere } from "../../src/core/faults.ts";
import { DropFaults } from "../../src/pipeline/drop/faults.ts";

/** Who is to do something about a rejected drop: the sender is not asked for what only the operator can mend. */

function hintOf(...codes: FaultCode[]): string {
  const faults = new DropFaults("month_000", null);
  for (const code of codes) faults.add({ file: "users.csv", code, reason: faultCodes[code].means });
  return faults.rejection().hint;
}

test("the sender gets a list of what is the sender's to mend", () => {
  for (const code of ["file_changed", "file_outside", "file_unreadable", "file_ambiguous", "file_ending"] as const) {
    expect(hintOf(code)).toBe("Nothing was published. Do what is said of each file, then run the month again.");
    expect(hintOf(code, "not_integer")).toContain("Send the list to whoever made the drop");
  }
  expect(hintOf("file_missing")).toContain("Send the list");
});

test("what is mended where the drop lies are its files, and what a table cannot do with rows that are sound", () => {
  const codes = (Object.keys(faultCodes) as FaultCode[]).filter(isMendedHere);
  expect(codes.filter((code) => !code.startsWith("file_"))).toEqual(["values_circle"]);
});
