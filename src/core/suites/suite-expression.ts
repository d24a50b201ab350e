import { isAnyNumber } from "../exact-number.ts";

/** The little language of Great Expectations' suite parameters: `now() - timedelta(weeks=1)`, `trunc(rows * 0.9)`. */

/** A number, a moment (milliseconds since 1970, UTC), or a length of time in milliseconds. */
type Value = { kind: "number" | "moment" | "span"; value: number };
type Names = Readonly<Record<string, unknown>>;

const token = /\s*(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z][\w$]*|[-+*/^(),=])/y;

class ExpressionError extends Error {}
const bad = (reason: string) => new ExpressionError(reason);

/** The value of an expression: a number, or a moment as `YYYY-MM-DDTHH:MM:SS`. `fail` makes the error. */
export function evaluateExpression(text: string, names: Names, fail: (reason: string) => Error): number | string {
  try {
    const parser = new Parser(tokensOf(text), names);
    const { kind, value } = parser.sum();
    if (parser.next() !== undefined) throw bad(`unexpected "${parser.next()}"`);
    if (!Number.isFinite(value) || kind === "span") throw bad("it is not a number or a moment");
    if (kind === "number") return value;
    if (Math.abs(value) > 8.64e15) throw bad("it is out of range");
    return new Date(value).toISOString().replace(/(\.000)?Z$/, "");
  } catch (thrown) {
    throw thrown instanceof ExpressionError ? fail(`$PARAMETER "${text}": ${thrown.message}`) : thrown;
  }
}

/** Tokens at most; it bounds how deep the parser goes. */
const longest = 200;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (text.slice(token.lastIndex).trim() !== "") {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw bad(`cannot be read from "${text.slice(from)}" on`);
    tokens.push(match[0].trim());
    if (tokens.length > longest) throw bad("it is too long");
  }
  return tokens;
}

class Parser {
  private at = 0;
  constructor(
    private readonly tokens: readonly string[],
    private readonly names: Names,
  ) {}

  next(): string | undefined {
    return this.tokens[this.at];
  }

  private take(wanted: string): boolean {
    if (this.next() !== wanted) return false;
    this.at++;
    return true;
  }

  private need(wanted: string): void {
    if (!this.take(wanted)) throw bad(`"${wanted}" is missing`);
  }

  sum(): Value {
    let left = this.product();
    for (;;) {
      if (this.take("+")) left = add(left, this.product(), 1);
      else if (this.take("-")) left = add(left, this.product(), -1);
      else return left;
    }
  }

  private product(): Value {
    let left = this.power();
    for (;;) {
      if (this.take("*")) left = multiply(left, this.power());
      else if (this.take("/")) left = divide(left, this.power());
      else return left;
    }
  }

  private power(): Value {
    const base = this.atom();
    if (!this.take("^")) return base;
    return number(numeric(base) ** numeric(this.power()));
  }

  private atom(): Value {
    if (this.take("+")) return this.atom();
    if (this.take("-")) {
      const { kind, value } = this.atom();
      if (kind === "moment") throw bad("a moment has no negative");
      return { kind, value: -value };
    }
    if (this.take("(")) {
      const inner = this.sum();
      this.need(")");
      return inner;
    }
    const word = this.next();
    if (word === undefined) throw bad("it ends too soon");
    this.at++;
    if (/^[\d.]/.test(word)) return number(Number(word));
    if (!/^[A-Za-z]/.test(word)) throw bad(`unexpected "${word}"`);
    return this.take("(") ? this.call(word) : this.named(word);
  }

  private named(word: string): Value {
    if (word.toUpperCase() === "PI") return number(Math.PI);
    if (word.toUpperCase() === "E") return number(Math.E);
    if (!Object.hasOwn(this.names, word)) throw bad(`no parameter "${word}": give it as --parameter ${word}=VALUE`);
    const value = this.names[word];
    if (isAnyNumber(value)) return number(Number(value));
    // A time without zone is one in UTC, whatever the machine's own zone is.
    const zoned = String(value).replace(/^([\d-]{10})[T ](\d{2}:\d{2}(:\d{2}(\.\d+)?)?)$/, "$1T$2Z");
    const moment = typeof value === "string" ? Date.parse(zoned) : Number.NaN;
    if (Number.isNaN(moment)) throw bad(`parameter "${word}" is neither a number nor a date`);
    return { kind: "moment", value: moment };
  }

  private call(name: string): Value {
    const positional: Value[] = [];
    const named: Record<string, number> = {};
    while (!this.take(")")) {
      if (positional.length + Object.keys(named).length > 0) this.need(",");
      const key = this.next() ?? "";
      if (this.tokens[this.at + 1] === "=") {
        this.at += 2;
        named[key] = numeric(this.sum());
      } else positional.push(this.sum());
    }
    if (name === "timedelta") return span(positional, named);
    if (Object.keys(named).length > 0 && name !== "datetime") throw bad(`${name} takes no named arguments`);
    if (name === "now" && positional.length === 0) return { kind: "moment", value: Date.now() };
    const numbers = positional.map(numeric);
    if (name === "datetime") return moment(numbers, named);
    const apply = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (apply === undefined) throw bad(`there is no function "${name}"`);
    if (numbers.length < 1 || numbers.length > (name === "round" ? 2 : 1)) throw bad(`${name} takes one number`);
    return number(apply(numbers[0] ?? 0, numbers[1] ?? 0));
  }
}

const functions: Record<string, (x: number, digits: number) => number> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  exp: Math.exp,
  abs: Math.abs,
  trunc: Math.trunc,
  sgn: (x) => (Math.abs(x) <= 1e-12 ? 0 : Math.sign(x)),
  round: (x, digits) => roundHalfEven(x * 10 ** digits) / 10 ** digits,
};

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

function number(value: number): Value {
  return { kind: "number", value };
}

function numeric({ kind, value }: Value): number {
  if (kind !== "number") throw bad("a number is wanted where a time stands");
  return value;
}

function add(a: Value, b: Value, sign: 1 | -1): Value {
  const value = a.value + sign * b.value;
  if (a.kind === b.kind && a.kind !== "moment") return { kind: a.kind, value };
  if (a.kind === "moment" && b.kind === "span") return { kind: "moment", value };
  if (a.kind === "span" && b.kind === "moment" && sign === 1) return { kind: "moment", value };
  if (a.kind === "moment" && b.kind === "moment" && sign === -1) return { kind: "span", value };
  throw bad("times and numbers cannot be added");
}

function multiply(a: Value, b: Value): Value {
  if (b.kind === "span") return { kind: "span", value: numeric(a) * b.value };
  return { kind: a.kind, value: scalable(a) * numeric(b) };
}

function divide(a: Value, b: Value): Value {
  if (b.value === 0) throw bad("division by zero");
  return { kind: a.kind, value: scalable(a) / numeric(b) };
}

/** A number or a length of time. */
function scalable(value: Value): number {
  return value.kind === "span" ? value.value : numeric(value);
}

/** Units of Python's timedelta, in the order of its arguments, in milliseconds. */
const units: Record<string, number> = {
  days: 864e5,
  seconds: 1e3,
  microseconds: 1e-3,
  milliseconds: 1,
  minutes: 6e4,
  hours: 36e5,
  weeks: 6048e5,
};

function span(positional: Value[], named: Record<string, number>): Value {
  const sizes = Object.values(units);
  if (positional.length > sizes.length) throw bad("timedelta takes seven numbers at most");
  let total = positional.reduce((sum, value, index) => sum + numeric(value) * (sizes[index] ?? 0), 0);
  for (const [unit, count] of Object.entries(named)) {
    const size = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (size === undefined) throw bad(`timedelta knows no "${unit}"`);
    total += count * size;
  }
  return { kind: "span", value: total };
}

const parts = ["year", "month", "day", "hour", "minute", "second", "microsecond"];

function moment(positional: number[], named: Record<string, number>): Value {
  const wrong = Object.keys(named).find((name) => !parts.includes(name));
  if (wrong !== undefined || positional.length > parts.length)
    throw bad(`datetime knows no "${wrong ?? "eighth number"}"`);
  const [year, month, day, hour = 0, minute = 0, second = 0, micro = 0] = parts.map(
    (name, at) => positional[at] ?? named[name],
  );
  if (year === undefined || month === undefined || day === undefined) throw bad("datetime wants year, month and day");
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, micro / 1000));
  // Date.UTC carries over what is too large; the 31st of June is no day.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw bad("there is no such day");
  return { kind: "moment", value: date.getTime() };
}
