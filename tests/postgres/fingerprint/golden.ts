import { type NamedType, named, type Row } from "./values.ts";

interface Golden {
  of: string;
  columns: NamedType[];
  rows: Row[];
  fingerprint: string;
}

/** Tables whose fingerprints may never become others: seals of such rows stand in ledgers. */
export const golden: Golden[] = [
  { of: "no rows", columns: named({ a: "int4" }), rows: [], fingerprint: `3-${"0".repeat(64)}` },
  {
    of: "one cell",
    columns: named({ user_id: "text" }),
    rows: [["u1"]],
    fingerprint: "3-74a740513b53ed54e33885a1a736dffc2f6df4925b62fc6c86b921354c65a979",
  },
  {
    of: "equal rows, NULL and the empty text",
    columns: named({ a: "text", b: "varchar" }),
    rows: [
      ["é", "日本"],
      ["é", "日本"],
      ["", null],
      [null, ""],
    ],
    fingerprint: "3-bd6f86d27f340421e73ae345c6616bfd8f8e65cecc5784bec59b03e94540d41d",
  },
  {
    of: "numbers",
    columns: named({ i: "int2", j: "int4", k: "int8", n: "numeric", f: "float4", g: "float8" }),
    rows: [
      [1, 2, 3n, "4.50", 0.5, -0],
      [-32_768, -2_147_483_648, -(2n ** 63n), "-Infinity", 2 ** -149, 5e-324],
      [0, 0, 0n, "0.00", NaN, NaN],
      [null, null, null, "-123456789012345678901234567890.000100", Infinity, 0.1],
    ],
    fingerprint: "3-10b46577ae11953527129012d43251aa043dd7fc7bbf3ac88d13ccc336c6fb9f",
  },
  {
    of: "times",
    columns: named({ d: "date", t: "timestamp", z: "timestamptz", i: "interval" }),
    rows: [
      [8_766, 757_382_400_000_001n, -1n, { months: 1, days: -1, microseconds: 1n }],
      [Infinity, -Infinity, Infinity, { months: 0, days: 30, microseconds: 0n }],
      [-2_451_508, 0n, null, null],
    ],
    fingerprint: "3-a104447781794ca1619f9b9444c591e1f9a19b2520d5e4399586eb55e4d25d4a",
  },
  {
    of: "the rest",
    columns: named({ b: "bool", u: "uuid", x: "bytea", c: "bpchar" }),
    rows: [
      [true, "00112233-4455-6677-8899-aabbccddeeff", Uint8Array.of(0, 255, 92), "a  "],
      [false, null, new Uint8Array(), "a"],
    ],
    fingerprint: "3-5239d2e30026a451715779ad84c31dc70ea20437d9ab60315ea68ae1fb73e60d",
  },
];
