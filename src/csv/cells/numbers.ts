import { type CellType, didYouMean, type MakeCellType, type Mistake, type Wrong } from "./cell-type.ts";

const integerPattern = /^-?\d+$/;

const integerMistakes: Mistake[] = [
  [/^[+-]?\d+\.0*$/, (value) => value.replace(/^\+|\.0*$/g, "")],
  [/^\+\d+$/, (value) => value.slice(1)],
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
    // To read a million digits costs the square of them.
    if (value.replace(/^-?0*/, "").length > safeLength + 1) return false;
    const exact = BigInt(value);
    return exact < limit && exact >= -limit;
  };
  const notInteger = didYouMean("not a whole number", integerMistakes, { pattern: integerPattern, within });
  const outOfRange: Wrong = { code: "integer_range", reason: `not between ${-limit} and ${limit - 1n}` };
  return () => ({
    pattern: integerPattern,
    within,
    explain: (value, matches) => (matches ? outOfRange : { code: "not_integer", reason: notInteger(value) }),
  });
}

/** Digits with a point, and an exponent as programs write for very small and very large numbers. */
const numericPattern = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,6})?$/;

/** Those with other signs in them are told with the settings that accept them. */
const numericMistakes: Mistake[] = [
  [/^(?:\+.*|.*\.)$/, (value) => value.replace(/^\+|\.$/g, "")],
  [/^[$€£]\s*-?[\d.]+$|^-?[\d.]+\s*[$€£]$/, (value) => value.replace(/[^\d.-]/g, "")],
];

const infinite = /^[+-]?inf(inity)?$/i;

/** A number that may have a fraction, but for how large and how exact it may be. */
function fractionType(within: (value: string) => boolean, whyOutOfRange: (value: string) => string): CellType {
  const notNumber = didYouMean("not a number", numericMistakes, { pattern: numericPattern, within });
  return {
    pattern: numericPattern,
    within,
    explain(value, matches) {
      if (matches) return { code: "numeric_range", reason: whyOutOfRange(value) };
      return { code: "not_numeric", reason: infinite.test(value) ? "infinite, not a number" : notNumber(value) };
    },
  };
}

/** PostgreSQL's own limits of numeric: digits before and after the point. */
const mostWhole = 131_072;
const mostFraction = 16_383;

/** numeric(precision, scale), never rounded: more digits after the point than the column keeps are a fault. */
export const numericType: MakeCellType = ({ precision, scale }) => {
  // Negative ones are zeros that have to be there.
  const whole = precision === null ? mostWhole : precision - (scale ?? 0);
  const fraction = precision === null ? mostFraction : (scale ?? 0);
  const name = precision === null ? "numeric" : `numeric(${precision},${fraction})`;
  const tooLarge = `too large for ${name}, which has ${whole} digits before the point`;
  const tooExact = `${name} keeps ${fraction} digits after the point and would round it`;
  const digitsOf = remembering(significantDigits);
  const within = (value: string) => {
    if (precision === null && isModest(value)) return true;
    const digits = digitsOf(value);
    return digits.whole <= whole && digits.fraction <= fraction;
  };
  return fractionType(within, (value) => (digitsOf(value).whole > whole ? tooLarge : tooExact));
};

/** True for a number that no limit of numeric itself can be too narrow for. */
export function isModest(value: string): boolean {
  return value.length < 1000 && !/[eE]/.test(value);
}

/** A value that is out of range is measured for the row, for its cell and for the reason, one after the other. */
function remembering<Result>(measure: (value: string) => Result): (value: string) => Result {
  let last: { value: string; result: Result } | null = null;
  return (value) => {
    if (last?.value !== value) last = { value, result: measure(value) };
    return last.result;
  };
}

/**
 * Digits on either side of the point once the exponent is worked in and outer zeros are gone: "12.50" has 2 and 1. Fewer
 * than none are zeros next to the point: "0.005" has -2 and 3, "1200" has 4 and -2.
 */
function significantDigits(value: string): { whole: number; fraction: number } {
  const [, before = "", after = "", exponent = "0"] = /^-?(\d*)(?:\.(\d+))?(?:[eE](.+))?$/.exec(value) ?? [];
  const digits = before + after;
  const first = digits.search(/[1-9]/);
  if (first === -1) return { whole: Number.NEGATIVE_INFINITY, fraction: Number.NEGATIVE_INFINITY };
  // By hand: a pattern for the zeros at the end would try anew at each zero before them.
  let last = digits.length;
  while (digits[last - 1] === "0") last--;
  const point = before.length + Number(exponent);
  return { whole: point - first, fraction: last - point };
}

/** float4 and float8: any number that does not overflow to infinity nor vanish to zero. */
export function floatType(round: (value: number) => number): MakeCellType {
  const within = (value: string) => {
    const rounded = round(Number(value));
    return Number.isFinite(rounded) && (rounded !== 0 || !/[1-9]/.test(value.split(/[eE]/)[0] ?? ""));
  };
  const type = fractionType(within, () => "too large or too small for a floating-point number");
  return () => type;
}
