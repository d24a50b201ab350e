import { expect, test } from "bun:test";
import type { Column } from "../../src/core/columns.ts";
import { keyForm } from "../../src/pipeline/drop/key-form.ts";

const column = (type: string): Column => ({
  ...{ name: type, type, nullable: false },
  ...{ precision: null, scale: null, length: null },
});

/** A key as files may write it, and as a result does. */
const alike: [type: string, written: string, told: string][] = [
  ["int8", "0009007199254740993", "9007199254740993"],
  ["int8", "-9223372036854775808", "-9223372036854775808"],
  ["int4", "-0", "0"],
  ["numeric", "01.50", "1.5"],
  ["numeric", ".5", "0.5"],
  ["numeric", "12345678901234567890.10", "12345678901234567890.1"],
  ["numeric", "1e3", "1000"],
  ["float4", "0.10000000149", "0.1"],
  ["float8", "1.0", "1"],
  ["bool", "True", "true"],
  ["date", "2024-01-31", "2024-01-31"],
  ["timestamp", "2024-01-31 10:00", "2024-01-31T10:00:00"],
  ["timestamp", "2024-01-31 10:00:00.5", "2024-01-31T10:00:00.500000"],
  ["timestamptz", "2024-01-31T10:00+02", "2024-01-31T08:00:00+00:00"],
  ["text", "007", "007"],
];

test.each(alike)("of %s, %s is %s", (type, written, told) => {
  const formOf = keyForm([column(type)]);
  expect(formOf(written)).toBe(formOf(told));
});

test("of several columns each is in its own form", () => {
  const formOf = keyForm([column("text"), column("int8")]);
  expect(formOf('["007","007"]')).toBe(formOf('["007","7"]'));
  expect(formOf('["007","007"]')).not.toBe(formOf('["7","007"]'));
});

test("neighbours beyond 2^53 are two", () => {
  const formOf = keyForm([column("int8")]);
  expect(formOf("9007199254740993")).not.toBe(formOf("9007199254740992"));
});
