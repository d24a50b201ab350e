import * as fc from "fast-check";
import { text } from "../../csv/arbitraries.ts";
import { shifted } from "./decimals.ts";
import type { NamedType, Row, Value } from "./values.ts";

/** Values of each type, now and then from so small a choice that cells agree with others of their row or column. */

const minDay = -2_451_508;
const maxDay = 98_000_000;
const day = 86_400_000_000n;

const few = (...values: Value[]) => fc.constantFrom(...values);

const numerics = fc.oneof(
  few("0", "1", "-1", "1.0", "1.00", "10", "0.1", "NaN", "Infinity", "-Infinity", "10000", "0.0001", "-10000.00010"),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -45, max: 20 }))
    .map(([digits, places]) => shifted(String(digits), places)),
  fc.tuple(fc.integer(), fc.constantFrom(-400, -200, 200, 400)).map(([digits, far]) => shifted(String(digits), far)),
);

const texts = fc.oneof(few("", " ", "a", "A", "NULL", "é", "e\u0301", "日本"), text);

const times = fc.oneof(
  few(0n, 1n, -1n, day, 946_684_800_000_000n, Infinity, -Infinity),
  fc.bigInt({ min: BigInt(minDay) * day, max: BigInt(maxDay) * day }),
);

const intervals = fc.oneof(
  few(
    { months: 0, days: 0, microseconds: 0n },
    { months: 1, days: 0, microseconds: 0n },
    { months: 0, days: 30, microseconds: 0n },
    { months: 0, days: 0, microseconds: 30n * day },
    { months: 12, days: -360, microseconds: 0n },
  ),
  fc.record({
    months: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    days: fc.integer(),
    microseconds: fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }),
  }),
);

const values: Record<string, fc.Arbitrary<Value>> = {
  text: texts,
  varchar: texts,
  bpchar: texts,
  bool: fc.boolean(),
  int2: fc.oneof(few(0, 1, -1, 256, 32_767, -32_768), fc.integer({ min: -32_768, max: 32_767 })),
  int4: fc.oneof(few(0, 1, -1, 65_536, 2_147_483_647, -2_147_483_648), fc.integer()),
  int8: fc.oneof(
    few(0n, 1n, -1n, 2n ** 32n, 2n ** 63n - 1n, -(2n ** 63n)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ),
  numeric: numerics,
  float4: fc.oneof(few(0, -0, NaN, Infinity, -Infinity, 1, 2 ** -149, Math.fround(0.1)), fc.float()),
  float8: fc.oneof(few(0, -0, NaN, Infinity, -Infinity, 1, 2 ** -1074, 0.1, 1 + 2 ** -52), fc.double()),
  date: fc.oneof(few(0, 1, -1, 8_766, Infinity, -Infinity), fc.integer({ min: minDay, max: maxDay })),
  timestamp: times,
  timestamptz: times,
  interval: intervals,
  uuid: fc.oneof(few("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"), fc.uuid()),
  bytea: fc.uint8Array({ maxLength: 12 }),
};

export const drawnTypes = Object.keys(values);

export function cellIn(type: string): fc.Arbitrary<Value> {
  const sound = values[type];
  if (sound === undefined) throw new Error(`no values of ${type} are drawn`);
  return fc.option(sound, { nil: null, freq: 8 });
}

export function rowOf(columns: readonly NamedType[]): fc.Arbitrary<Row> {
  return fc.tuple(...columns.map(({ type }) => cellIn(type)));
}
