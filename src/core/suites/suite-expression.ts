/** The little language of Great Expectations' suite parameters: `now() - timedelta(weeks=1)`, `trunc(rows * 0.9)`. */

/** A number, a moment (milliseconds since 1970, UTC), or a length of time in milliseconds. */
type Value = { kind: "number" | "moment" | "span"; value: number };
type Names = Readonly<Record<string, unknown>>;
type Fail = (reason: string) => Error;

const token = /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z][\w$]*)|(?<sign>[-+*/^(),=]))/y;

/** The value of an expression: a number, or a moment as `YYYY-MM-DDTHH:MM:SS`. `fail` makes the error. */
export function evaluateExpression(text: string, names: Names, fail: Fail): number | string {
  const bad = (reason: string) => fail(`$PARAMETER "${text}": ${reason}`);
  const parser = new Parser(tokensOf(text, bad), names, bad);
  const result = parser.sum();
  if (parser.next() !== undefined) throw bad(`unexpected "${parser.next()}"`);
  if (!Number.isFinite(result.value) || result.kind === "span") throw bad("it is not a number or a moment");
  if (result.kind === "number") return result.value;
  if (Math.abs(result.value) > 8.64e15) throw bad("it is out of range");
  return new Date(result.value)
    .toISOString()
    .slice(0, -1)
    .replace(/\.000$/, "");
}

/** Tokens at most; it bounds how deep the parser goes. */
const longest = 200;

function tokensOf(text: string, bad: Fail): string[] {
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
    private readonly bad: Fail,
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
    if (!this.take(wanted)) throw this.bad(`"${wanted}" is missing`);
  }

  sum(): Value {
    let left = this.product();
    for (;;) {
      if (this.take("+")) left = add(left, this.product(), 1, this.bad);
      else if (this.take("-")) left = add(left, this.product(), -1, this.bad);
      else return left;
    }
  }

  private product(): Value {
    let left = this.power();
    for (;;) {
      if (this.take("*")) left = multiply(left, this.power(), this.bad);
      else if (this.take("/")) left = divide(left, this.power(), this.bad);
      else return left;
    }
  }

  private power(): Value {
    const base = this.atom();
    if (!this.take("^")) return base;
    return number(numeric(base, this.bad) ** numeric(this.power(), this.bad));
  }

  private atom(): Value {
    if (this.take("+")) return this.atom();
    if (this.take("-")) {
      const { kind, value } = this.atom();
      if (kind === "moment") throw this.bad("a moment has no negative");
      return { kind, value: -value };
    }
    if (this.take("(")) {
      const inner = this.sum();
      this.need(")");
      return inner;
    }
    const word = this.next();
    if (word === undefined) throw this.bad("it ends too soon");
    this.at++;
    if (/^[\d.]/.test(word)) return number(Number(word));
    if (!/^[A-Za-z]/.test(word)) throw this.bad(`unexpected "${word}"`);
    return this.take("(") ? this.call(word) : this.named(word);
  }

  private named(word: string): Value {
    if (word.toUpperCase() === "PI") return number(Math.PI);
    if (word.toUpperCase() === "E") return number(Math.E);
    if (!Object.hasOwn(this.names, word))
      throw this.bad(`no parameter "${word}": give it as --parameter ${word}=VALUE`);
    const value = this.names[word];
    if (typeof value === "number") return number(value);
    const moment = typeof value === "string" ? Date.parse(utc(value)) : Number.NaN;
    if (Number.isNaN(moment)) throw this.bad(`parameter "${word}" is neither a number nor a date`);
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
        named[key] = numeric(this.sum(), this.bad);
      } else positional.push(this.sum());
    }
    return this.apply(name, positional, named);
  }

  private apply(name: string, positional: Value[], named: Record<string, number>): Value {
    if (name === "timedelta") return span(positional, named, this.bad);
    if (Object.keys(named).length > 0 && name !== "datetime") throw this.bad(`${name} takes no named arguments`);
    if (name === "now" && positional.length === 0) return { kind: "moment", value: Date.now() };
    const numbers = positional.map((value) => numeric(value, this.bad));
    if (name === "datetime") return moment(numbers, named, this.bad);
    const apply = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (apply === undefined) throw this.bad(`there is no function "${name}"`);
    if (numbers.length < 1 || numbers.length > (name === "round" ? 2 : 1)) throw this.bad(`${name} takes one number`);
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

function numeric({ kind, value }: Value, bad: Fail): number {
  if (kind !== "number") throw bad("a number is wanted where a time stands");
  return value;
}

function add(a: Value, b: Value, sign: 1 | -1, bad: Fail): Value {
  const value = a.value + sign * b.value;
  if (a.kind === b.kind && a.kind !== "moment") return { kind: a.kind, value };
  if (a.kind === "moment" && b.kind === "span") return { kind: "moment", value };
  if (a.kind === "span" && b.kind === "moment" && sign === 1) return { kind: "moment", value };
  if (a.kind === "moment" && b.kind === "moment" && sign === -1) return { kind: "span", value };
  throw bad("times and numbers cannot be added");
}

function multiply(a: Value, b: Value, bad: Fail): Value {
  if (a.kind === "span" && b.kind === "number") return { kind: "span", value: a.value * b.value };
  if (a.kind === "number" && b.kind === "span") return { kind: "span", value: a.value * b.value };
  return number(numeric(a, bad) * numeric(b, bad));
}

function divide(a: Value, b: Value, bad: Fail): Value {
  if (b.value === 0) throw bad("division by zero");
  if (a.kind === "span" && b.kind === "number") return { kind: "span", value: a.value / b.value };
  return number(numeric(a, bad) / numeric(b, bad));
}

/** Units of Python's timedelta, in the order of its arguments, in milliseconds. */
const units = {
  days: 864e5,
  seconds: 1e3,
  microseconds: 1e-3,
  milliseconds: 1,
  minutes: 6e4,
  hours: 36e5,
  weeks: 6048e5,
};

function span(positional: Value[], named: Record<string, number>, bad: Fail): Value {
  const sizes = Object.values(units);
  if (positional.length > sizes.length) throw bad("timedelta takes seven numbers at most");
  let total = positional.reduce((sum, value, index) => sum + numeric(value, bad) * (sizes[index] ?? 0), 0);
  for (const [unit, count] of Object.entries(named)) {
    const size = Object.entries(units).find(([name]) => name === unit)?.[1];
    if (size === undefined) throw bad(`timedelta knows no "${unit}"`);
    total += count * size;
  }
  return { kind: "span", value: total };
}

const parts = ["year", "month", "day", "hour", "minute", "second", "microsecond"];

function moment(positional: number[], named: Record<string, number>, bad: Fail): Value {
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

/** A date or a time without zone, read as UTC whatever the machine's own zone is. */
function utc(text: string): string {
  return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? `${text.replace(" ", "T")}Z` : text;
}
