/** A decimal number without zeros that say nothing: neither before its digits nor at the end of its fraction. */
interface Decimal {
  isNegative: boolean;
  whole: string;
  fraction: string;
}

/** Null for NaN and the infinities. */
function parseDecimal(text: string): Decimal | null {
  if (/^(NaN|-?Infinity)$/.test(text)) return null;
  const [, sign, digits = "", fractionDigits = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (sign === undefined) throw new TypeError(`${text} is no decimal number`);
  const whole = digits.replace(/^0+/, "");
  const fraction = fractionDigits.replace(/0+$/, "");
  return { isNegative: sign === "-" && whole + fraction !== "", whole, fraction };
}

/** The one way to write a number, whatever scale it was given with. */
export function plainDecimal(text: string): string {
  const decimal = parseDecimal(text);
  if (decimal === null) return text;
  const { isNegative, whole, fraction } = decimal;
  return `${isNegative ? "-" : ""}${whole || "0"}${fraction ? `.${fraction}` : ""}`;
}

/** The number times a power of ten. */
export function shifted(text: string, places: number): string {
  const decimal = parseDecimal(text);
  if (decimal === null) return text;
  const padding = "0".repeat(Math.abs(places));
  const whole = places < 0 ? padding + decimal.whole : decimal.whole;
  const fraction = places > 0 ? decimal.fraction + padding : decimal.fraction;
  const point = whole.length + places;
  const digits = whole + fraction;
  return `${decimal.isNegative ? "-" : ""}${digits.slice(0, point) || "0"}.${digits.slice(point) || "0"}`;
}

export function negated(text: string): string {
  if (text === "NaN") return text;
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

/** The number whose last digit, where it was written, is one more or one less. */
export function nextTo(text: string, step: bigint): string {
  const scale = text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
  if (parseDecimal(text) === null) return text;
  return shifted(String(BigInt(text.replace(".", "")) + step), -scale);
}

/**
 * What `numeric_send` says in PostgreSQL's numeric.c: digits of base 10000 that begin and end with one that is not
 * zero, the exponent of the first, the sign and the number of decimals. The infinities' decimals are part of how they
 * are marked.
 */
export function numericBytes(text: string): Buffer {
  const special: Record<string, [sign: number, decimals: number]> = {
    NaN: [0xc000, 0],
    Infinity: [0xd000, 32],
    "-Infinity": [0xf000, 32],
  };
  const decimal = parseDecimal(text);
  if (decimal === null) return header(0, 0, ...(special[text] ?? [0, 0]));
  const { isNegative, fraction } = decimal;
  const whole = "0".repeat(-decimal.whole.length & 3) + decimal.whole;
  const digits = (whole + fraction + "0".repeat(-fraction.length & 3)).match(/\d{4}/g)?.map(Number) ?? [];
  const first = digits.findIndex((digit) => digit !== 0);
  if (first === -1) return header(0, 0, 0, 0);
  const significant = digits.slice(first, digits.findLastIndex((digit) => digit !== 0) + 1);
  const bytes = Buffer.alloc(2 * significant.length);
  for (const [index, digit] of significant.entries()) bytes.writeUInt16BE(digit, 2 * index);
  const weight = whole.length / 4 - 1 - first;
  return Buffer.concat([header(significant.length, weight, isNegative ? 0x4000 : 0, fraction.length), bytes]);
}

function header(digits: number, weight: number, sign: number, decimals: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(digits, 0);
  bytes.writeInt16BE(weight, 2);
  bytes.writeUInt16BE(sign, 4);
  bytes.writeUInt16BE(decimals, 6);
  return bytes;
}
