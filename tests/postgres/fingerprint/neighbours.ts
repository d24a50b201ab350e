import { negated, nextTo, shifted } from "./decimals.ts";
import { asBytes, asInteger, asInterval, asNumber, asText, type Value } from "./values.ts";

/** Values so near to one that careless hashing, or a text of too few digits, would hold them for the same. */
export function neighboursOf(type: string, value: Exclude<Value, null>): Value[] {
  const near = neighbours[type];
  if (near === undefined) throw new Error(`no neighbours of ${type} are known`);
  return near(value);
}

type Near = (value: Exclude<Value, null>) => Value[];

const texts: Near = (value) => {
  const text = asText(value);
  const changed = [`${text} `, ` ${text}`, `${text}'`, text.slice(0, -1), text.normalize("NFD"), text.normalize("NFC")];
  return [...changed, text.toUpperCase(), text.toLowerCase(), text.trimEnd()].filter((one) => one.isWellFormed());
};

const integers =
  (bits: number): Near =>
  (value) => {
    const given = asInteger(value);
    const steps = [1n, -1n, 256n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, -(2n ** 32n)];
    const near = [...steps.map((step) => given + step), -given, BigInt.asIntN(bits, ~given)];
    const within = near.filter((one) => BigInt.asIntN(bits, one) === one);
    return bits === 64 ? within : within.map(Number);
  };

const numerics: Near = (value) => {
  const text = String(value);
  const scaled = [1, -1, 2, 4, -4, 8, -8].map((places) => shifted(text, places));
  return [...scaled, negated(text), nextTo(text, 1n), nextTo(text, -1n), "NaN", "Infinity", "-Infinity"];
};

/** The floats before and after, as bits one more and one less, among others. */
function floats(float: Float32Array | Float64Array, bits: Uint32Array | BigUint64Array): Near {
  const stepped = (number: number, step: 1 | -1) => {
    float[0] = number;
    if (bits instanceof Uint32Array) bits[0] = (bits[0] ?? 0) + step;
    else bits[0] = (bits[0] ?? 0n) + BigInt(step);
    return float[0];
  };
  return (value) => {
    const number = asNumber(value);
    float[0] = 2 * number;
    const twice = float[0];
    return [stepped(number, 1), stepped(number, -1), -number, number === 0 ? 1 : twice, NaN];
  };
}

const [single, double] = [new Float32Array(1), new Float64Array(1)];

const times: Near = (value) => {
  if (typeof value === "number") return [-value, 0n];
  const time = asInteger(value);
  return [time + 1n, time - 1n, time + 1000n, time + 3_600_000_000n, time + 86_400_000_000n, Infinity, -Infinity];
};

const intervals: Near = (value) => {
  const { months, days, microseconds } = asInterval(value);
  const day = 86_400_000_000n;
  return [
    { months: months + 1, days: days - 30, microseconds },
    { months: months - 1, days: days + 30, microseconds },
    { months, days: days + 1, microseconds: microseconds - day },
    { months, days: days - 1, microseconds: microseconds + day },
    { months, days, microseconds: microseconds + 1n },
    { months: -months, days: -days, microseconds: -microseconds },
  ].filter((near) => Math.abs(near.days) < 2 ** 31 - 1);
};

const neighbours: Record<string, Near> = {
  text: texts,
  varchar: texts,
  bpchar: texts,
  bool: (value) => [!value],
  int2: integers(16),
  int4: integers(32),
  int8: integers(64),
  numeric: numerics,
  float4: floats(single, new Uint32Array(single.buffer)),
  float8: floats(double, new BigUint64Array(double.buffer)),
  date(value) {
    const days = asNumber(value);
    return Number.isFinite(days) ? [days + 1, days - 1, days + 365, Infinity, -Infinity] : [-days, 0];
  },
  timestamp: times,
  timestamptz: times,
  interval: intervals,
  uuid(value) {
    const uuid = asText(value);
    const last = (Number.parseInt(uuid.slice(-1), 16) ^ 1).toString(16);
    return [uuid.slice(0, -1) + last, uuid.replace(/^(....)(....)/, "$2$1")];
  },
  bytea(value) {
    const bytes = asBytes(value);
    const flipped = bytes.map((byte, index) => (index === 0 ? byte ^ 128 : byte));
    return [Buffer.concat([bytes, Buffer.of(0)]), bytes.slice(1), flipped, bytes.toReversed()];
  },
};
