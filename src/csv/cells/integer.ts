import { didYouMean, type MakeCellType, type Mistake, soundness, type Wrong } from "./cell-type.ts";

const pattern = /^-?\d+$/;

const mistakes: Mistake[] = [
  [/^[+-]?\d+\.0*$/, (value) => value.replace(/^\+|\.0*$/g, "")],
  [/^\+\d+$/, (value) => value.slice(1)],
  [/^-?\d{1,3}([,_' \u00a0\u202f]\d{3})+$/, (value) => value.replace(/[^\d-]/g, "")],
];

/** int2, int4 and int8: an optional minus and digits. */
export function integerType(bytes: 2 | 4 | 8): MakeCellType {
  const limit = 1n << BigInt(bytes * 8 - 1);
  const most = Number(limit) - 1;
  // Values of fewer digits than the limit are within it; a double holds every integer of up to fifteen digits.
  const safeLength = String(limit).length - 1;
  const within = (value: string) => {
    if (value.length <= safeLength) return true;
    if (value.length <= 15) return Number(value) <= most && Number(value) >= -most - 1;
    const exact = BigInt(value);
    return exact < limit && exact >= -limit;
  };
  const isSound = soundness({ pattern, within });
  const notInteger = didYouMean("not a whole number", mistakes, isSound);
  const outOfRange: Wrong = { code: "integer_range", reason: `not between ${-limit} and ${limit - 1n}` };
  return () => ({
    isText: false,
    pattern,
    within,
    explain: (value, matches) => (matches ? outOfRange : { code: "not_integer", reason: notInteger(value) }),
  });
}
