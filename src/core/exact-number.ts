/**
 * A number that no JavaScript number holds, by its digits: an integer beyond 2^53, a decimal of many places. It is made by
 * `exactly` alone, so that whatever a JavaScript number holds is one.
 */
export class ExactNumber {
  constructor(private readonly digits: string) {}

  toString(): string {
    return this.digits;
  }

  /** In JSON it stands digit by digit. */
  toJSON(): object {
    return rawJSON(this.digits);
  }
}

/** TypeScript does not know of it yet. */
const { rawJSON } = JSON as JSON & { rawJSON(text: string): object };

/** A number as it was written or stored. */
export type AnyNumber = number | ExactNumber;

export function isAnyNumber(value: unknown): value is AnyNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

/** The number that a text writes in decimal digits, as JSON and PostgreSQL do; NaN and infinities where it names them. */
export function exactly(text: string): AnyNumber {
  const number = Number(text);
  if (!decimal.test(text) || numberKey(text) === numberKey(number)) return number;
  return new ExactNumber(text);
}

/** Data with the JavaScript numbers that are nearest to its exact ones. */
export function approximated(value: unknown): unknown {
  if (value instanceof ExactNumber) return Number(value);
  if (Array.isArray(value)) return value.map(approximated);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, approximated(member)]));
}

/** Below, equal, above 0 as `a` is less than `b`, equal or greater; NaN where one of them is. */
export function compareNumbers(a: AnyNumber, b: AnyNumber): number {
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : a - b;
  const [left, right] = [String(a), String(b)];
  if (!decimal.test(left) || !decimal.test(right)) return Number(left) - Number(right);
  const [x, y] = [partsOf(left), partsOf(right)];
  if (x.sign !== y.sign) return x.sign - y.sign;
  return x.sign * (x.point - y.point || order(x.digits, y.digits));
}

/** The same text for equal numbers, and for no others. */
export function numberKey(number: AnyNumber | string): string {
  const text = String(number);
  if (!decimal.test(text)) return text;
  const { sign, digits, point } = partsOf(text);
  return `${sign < 0 ? "-" : ""}${digits}e${point}`;
}

/** JSON with its numbers as they are written there. */
export function parseExactJson(text: string): unknown {
  return mayHoldMore.test(text) ? JSON.parse(text, written as Reviver) : JSON.parse(text);
}

/**
 * What a text has where it holds a number that no JavaScript number holds: many digits in a row, or a large exponent. Digits
 * that a string begins with are none: to look at each number of a large text takes ten times as long as to parse it.
 */
const mayHoldMore = /(?:^|[:,[\s])-?(?:\d[\d.]{15}|[\d.]+[eE][+-]?\d{3})/;

/** JSON.parse gives a third argument, which its type does not know yet: for a number, how it stands in the text. */
type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function written(_: string, value: unknown, { source }: { source: string }): unknown {
  return typeof value === "number" ? exactly(source) : value;
}

/** As JSON writes it. An exponent of more digits is beyond what PostgreSQL stores. */
const decimal = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

/** A decimal as sign × 0.digits × 10^point, without zeros at either end of its digits. */
function partsOf(text: string): { sign: -1 | 0 | 1; digits: string; point: number } {
  const [, sign, whole = "", fraction = "", exponent = "0"] = decimal.exec(text) ?? [];
  const all = whole + fraction;
  const first = all.search(/[1-9]/);
  if (first === -1) return { sign: 0, digits: "", point: 0 };
  const digits = all.slice(first).replace(/0+$/, "");
  return { sign: sign === "-" ? -1 : 1, digits, point: whole.length - first + Number(exponent) };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
