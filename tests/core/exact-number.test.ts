import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareNumbers, ExactNumber, exactly, parseExactJson } from "../../src/core/exact-number.ts";

const decimalText = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }))
  .map(([whole, places]) => {
    const digits = String(whole < 0n ? -whole : whole).padStart(places + 1, "0");
    const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
    return { text: whole < 0n ? `-${text}` : text, scaled: whole * 10n ** BigInt(20 - places) };
  });

test("what a JavaScript number holds is one, all else keeps its digits", () => {
  for (const held of ["0", "-1", "0.1", "1.50", "9007199254740992", "1e21", "100000000000000000000"]) {
    expect(exactly(held)).toBe(Number(held));
  }
  for (const more of ["9007199254740993", "1541815603606036480", "0.12345678901234567891", "1e400"]) {
    expect(exactly(more)).toBeInstanceOf(ExactNumber);
    expect(String(exactly(more))).toBe(more);
  }
  expect(exactly("NaN")).toBeNaN();
  expect(exactly("-Infinity")).toBe(Number.NEGATIVE_INFINITY);
});

test("JSON comes back as it was written", () => {
  const text = '{"a":[1541815603606036489,-0.12345678901234567891,1e400,5],"b":{"c":"1541815603606036489"}}';
  expect(JSON.stringify(parseExactJson(text))).toBe(text);
});

test("a number keeps its digits wherever in JSON it stands, alone and among others", () => {
  for (const number of ["1541815603606036489", "-0.12345678901234567891", "1e400", "-2.5E-400"]) {
    const written = (around: (number: string) => string) => JSON.stringify(parseExactJson(around(number)));
    for (const around of [
      (one: string) => one,
      (one: string) => `[${one}]`,
      (one: string) => `{"a":${one}}`,
      (one: string) => `{"a": ${one}, "b": "x"}`,
      (one: string) => `["1","2",\n\t${one}]`,
      (one: string) => `{"a":[0,${one} ]}`,
    ]) {
      expect(written(around)).toContain(number);
    }
  }
});

test("numbers are in the order of their decimals", () => {
  fc.assert(
    fc.property(decimalText, decimalText, (a, b) => {
      const order = compareNumbers(exactly(a.text), exactly(b.text));
      const wanted = a.scaled === b.scaled ? 0 : a.scaled < b.scaled ? -1 : 1;
      expect(Math.sign(order)).toBe(wanted);
    }),
  );
});
