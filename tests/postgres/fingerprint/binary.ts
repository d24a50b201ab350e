import { numericBytes } from "./decimals.ts";
import { asBytes, asInteger, asInterval, asNumber, asText, type Value } from "./values.ts";

/** How PostgreSQL sends values of a type: the type's number in pg_type.dat, and the bytes of its `…send` function. */
export interface Binary {
  oid: number;
  bytes(value: Exclude<Value, null>): Buffer;
}

/** Text is sent as the bytes of its UTF-8: those of a `text` would depend on the client's encoding. */
const utf8: Binary = { oid: 17, bytes: (value) => Buffer.from(asText(value), "utf8") };

const time: Binary["bytes"] = (value) => {
  if (value === Infinity) return int64(2n ** 63n - 1n);
  if (value === -Infinity) return int64(-(2n ** 63n));
  return int64(asInteger(value));
};

export const binary: Record<string, Binary> = {
  text: utf8,
  varchar: utf8,
  bpchar: utf8,
  bool: { oid: 16, bytes: (value) => Buffer.from([value === true ? 1 : 0]) },
  bytea: { oid: 17, bytes: (value) => Buffer.from(asBytes(value)) },
  int2: { oid: 21, bytes: (value) => sized(2, (bytes) => bytes.writeInt16BE(asNumber(value))) },
  int4: { oid: 23, bytes: (value) => int32(asNumber(value)) },
  int8: { oid: 20, bytes: (value) => int64(asInteger(value)) },
  // Of all the bits that are no number, JavaScript may keep any; PostgreSQL reads these.
  float4: {
    oid: 700,
    bytes(value) {
      if (Number.isNaN(value)) return Buffer.from("7fc00000", "hex");
      return sized(4, (bytes) => bytes.writeFloatBE(asNumber(value)));
    },
  },
  float8: {
    oid: 701,
    bytes(value) {
      if (Number.isNaN(value)) return Buffer.from("7ff8000000000000", "hex");
      return sized(8, (bytes) => bytes.writeDoubleBE(asNumber(value)));
    },
  },
  numeric: { oid: 1700, bytes: (value) => numericBytes(String(value)) },
  date: { oid: 1082, bytes: (value) => int32(day(asNumber(value))) },
  timestamp: { oid: 1114, bytes: time },
  timestamptz: { oid: 1184, bytes: time },
  interval: {
    oid: 1186,
    bytes(value) {
      const { months, days, microseconds } = asInterval(value);
      return Buffer.concat([int64(microseconds), int32(days), int32(months)]);
    },
  },
  uuid: { oid: 2950, bytes: (value) => Buffer.from(asText(value).replaceAll("-", ""), "hex") },
};

function day(value: number): number {
  if (Number.isFinite(value)) return value;
  return value > 0 ? 2 ** 31 - 1 : -(2 ** 31);
}

export function int32(value: number): Buffer {
  return sized(4, (bytes) => bytes.writeInt32BE(value));
}

function int64(value: bigint): Buffer {
  return sized(8, (bytes) => bytes.writeBigInt64BE(value));
}

function sized(length: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length);
  write(bytes);
  return bytes;
}
