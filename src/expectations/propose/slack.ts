/** A decimal number: an integer times a power of ten, so that nothing is rounded which is not meant to be. */
interface Decimal {
  digits: bigint;
  exponent: number;
}

function decimalOf(text: string): Decimal {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

/** More zeros than these are written as an exponent. */
const mostZeros = 20;

function textOf({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? "-" : "";
  const all = String(digits < 0n ? -digits : digits);
  const bare = all.replace(/0+$/, "") || "0";
  const shift = bare === "0" ? 0 : exponent + all.length - bare.length;
  if (shift > mostZeros || shift < -bare.length - mostZeros) return `${sign}${bare}e${shift}`;
  if (shift >= 0) return sign + bare + "0".repeat(shift);
  const padded = bare.padStart(1 - shift, "0");
  return `${sign}${padded.slice(0, shift)}.${padded.slice(shift)}`;
}

/** A number rounded to a multiple of the unit, down or up. */
function rounded(digits: bigint, unit: bigint, up: boolean): bigint {
  const rest = ((digits % unit) + unit) % unit;
  return digits - rest + (up && rest > 0n ? unit : 0n);
}

/**
 * Bounds that stand off from what was seen by as much as that spans, rounded outwards to two digits of it, so that the next
 * month need not lie within this one; yet a sign that no number had is no slack. Null for a single number, which spans nothing.
 */
export function withSlack(least: string, greatest: string): { low: string; high: string } | null {
  const [a, b] = [decimalOf(least), decimalOf(greatest)];
  const exponent = Math.min(a.exponent, b.exponent);
  const [low, high] = [a, b].map((one) => one.digits * 10n ** BigInt(one.exponent - exponent)) as [bigint, bigint];
  const span = high - low;
  if (span === 0n) return null;
  const unit = 10n ** BigInt(Math.max(0, String(span).length - 2));
  const lower = low >= 0n && low < span ? 0n : rounded(low - span, unit, false);
  const upper = high <= 0n && -high < span ? 0n : rounded(high + span, unit, true);
  return { low: textOf({ digits: lower, exponent }), high: textOf({ digits: upper, exponent }) };
}

/** Half of a number of rows, rounded down to two digits. */
export function halfOf(rows: number): number {
  const half = Math.floor(rows / 2);
  const unit = 10 ** Math.max(0, String(half).length - 2);
  return Math.floor(half / unit) * unit;
}
