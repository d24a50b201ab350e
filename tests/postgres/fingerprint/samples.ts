/**
 * Values of the types that PostgreSQL ships, as it reads them: of each type some that are nearly the same and yet are not,
 * be it that the type's own `=` overlooks the difference, or that one setting or another hides it in text.
 */
const integers = ["0", "1", "-1", "256"];
const words = ["", " ", "a", "A", "a ", " a", "é", "e\u0301", "NULL", "null", "{}", "\\", "'", '"', "\t"];
const bits = ["", "0", "1", "00", "01", "10", "1000000", "10000000", "100000000"];
const objectIds = ["0", "11", "12", "4294967295"];
const snapshots = ["1:1:", "1:2:", "2:2:", "1:2:1", "1:3:1", "1:3:1,2"];
const vectors = ["", "1", "1 2", "2 1", "1 2 0"];
const times = ["infinity", "-infinity", "2000-01-01 00:00", "2000-01-01 00:00:00.000001", "2000-01-01 00:00 BC"];

const base: Record<string, readonly string[]> = {
  bool: ["t", "f"],
  int2: [...integers, "-32768", "32767"],
  int4: [...integers, "-2147483648", "2147483647"],
  int8: [...integers, "2147483648", "4294967296", "4294967297", "-9223372036854775808"],
  float4: ["0", "-0", "1", "1.0000001", "NaN", "Infinity", "-Infinity", "1e-45", "0.1"],
  float8: ["0", "-0", "0.1", "0.10000000000000002", "0.30000000000000004", "0.3", "NaN", "Infinity", "5e-324"],
  numeric: [...integers, "10000", "0.0001", "1e-1000", "1e1000", "NaN", "Infinity", "-Infinity", "1.1", "1.01", "-1.1"],
  money: integers,
  bytea: ["", "\\x00", "\\x0000", "\\x5c", "\\x27", "\\xff", "\\x5c786666"],
  uuid: ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"],
  bit: bits,
  varbit: bits,

  text: words,
  varchar: words,
  bpchar: words,
  name: words,
  refcursor: words,
  char: ["", " ", "a", "A"],
  json: [
    "1.0",
    "1.00",
    '"1.0"',
    '"a"',
    '"\\u0061"',
    "null",
    '"null"',
    "[]",
    "{}",
    '{"a":1}',
    '{"a": 1}',
    '{"a":1,"a":1}',
  ],
  jsonb: ["1.0", "1.00", '"1.0"', "null", '"null"', "[]", "[[]]", "[1]", "[1, null]", "{}", '{"a":1}', '{"a":null}'],
  jsonpath: ["$", "strict $", "$.a", "$.A", '$."a.b"', "$.a.b", "$[0]", "$[*]", "$ ? (@ == 1.0)", "$ ? (@ == 1.00)"],
  xml: ["<a/>", "<a></a>", "<a />", "<a> </a>", '<?xml version="1.0"?><a/>', "<!-- --><a/>", "a", ""],
  tsvector: ["", "a", "A", "a:1", "a:2", "a:1A", "a:1,2", "a b", "'a b'", "a:1 b"],
  tsquery: [
    "",
    "a",
    "a:*",
    "a:A",
    "!a",
    "a & b",
    "b & a",
    "a | b",
    "a <-> b",
    "a <2> b",
    "'a b'",
    "a | b & c",
    "(a | b) & c",
  ],

  date: ["2000-01-01", "2000-01-02", "0001-01-01", "0001-01-01 BC", "infinity", "-infinity"],
  time: ["00:00", "24:00", "00:00:00.000001", "12:00"],
  timetz: ["12:00+00", "13:00+01", "11:00-01", "12:00:00.000001+00", "12:00+00:00:01", "00:00+00", "24:00+00"],
  timestamp: times,
  timestamptz: [...times.slice(0, 2), ...times.slice(2).map((time) => `${time}+00`), "2000-01-01 00:00+01"],
  interval: [
    "1 mon",
    "30 days",
    "720:00",
    "29 days 24:00",
    "1 mon -30 days",
    "0",
    "-1 mon",
    "0.000001 s",
    "30 days -720:00",
  ],

  inet: ["10.0.0.0", "10.0.0.0/31", "10.0.0.0/8", "10.0.0.1/8", "::ffff:10.0.0.0", "::", "0.0.0.0", "::/0"],
  cidr: ["10.0.0.0/32", "10.0.0.0/31", "10.0.0.0/8", "::ffff:10.0.0.0/128", "::/0", "0.0.0.0/0", "::/128"],
  macaddr: ["08:00:2b:01:02:03", "08:00:2b:01:02:04", "00:08:2b:01:02:03"],
  macaddr8: ["08:00:2b:ff:fe:01:02:03", "08:00:2b:fe:ff:01:02:03", "00:08:2b:ff:fe:01:02:03"],

  point: ["(0,0)", "(-0,0)", "(0,-0)", "(1,2)", "(2,1)", "(NaN,0)", "(0.1,0)", "(0.10000000000000002,0)"],
  line: ["{1,2,3}", "{2,4,6}", "{-1,-2,-3}", "{1,2,3.0000000000000004}", "{1,2,0}", "{1,2,-0}"],
  lseg: ["[(0,0),(1,1)]", "[(1,1),(0,0)]", "[(0,0),(1,1.0000000000000002)]", "[(-0,0),(1,1)]"],
  box: ["(1,1),(0,0)", "(1,1),(-0,0)", "(2,1),(0,0)", "(1,2),(0,0)", "(1.0000000000000002,1),(0,0)"],
  path: ["((0,0),(1,1))", "[(0,0),(1,1)]", "[(1,1),(0,0)]", "[(0,0),(1,1),(1,1)]", "((0,0))", "[(0,0)]", "[(-0,0)]"],
  polygon: ["((0,0),(1,1))", "((1,1),(0,0))", "((0,0),(1,1),(1,1))", "((0,0),(1,1),(0,1))", "((-0,0),(1,1))"],
  circle: ["<(0,0),1>", "<(0,0),1.0000000000000002>", "<(-0,0),1>", "<(1,0),0>", "<(0,1),0>", "<(0,0),NaN>"],

  oid: objectIds,
  xid: objectIds,
  cid: objectIds,
  xid8: [...objectIds, "4294967296"],
  tid: ["(0,1)", "(1,0)", "(1,1)", "(65536,0)"],
  pg_lsn: ["0/0", "0/1", "1/0", "1/1"],
  pg_snapshot: snapshots,
  txid_snapshot: snapshots,
  int2vector: vectors,
  oidvector: vectors,
  aclitem: ["=r/pg_monitor", "=w/pg_monitor", "=r*/pg_monitor", "pg_monitor=r/pg_monitor", "=/pg_monitor"],
  // By number, for names differ between versions.
  ...Object.fromEntries(
    [
      "class",
      "collation",
      "config",
      "dictionary",
      "namespace",
      "oper",
      "operator",
      "proc",
      "procedure",
      "role",
      "type",
    ].map((kind) => [`reg${kind}`, objectIds]),
  ),
};

interface Bounds {
  low: string;
  high: string;
  /** A bound that lies further out, which is not the same as none. */
  beyond: string;
  more?: readonly string[];
}

/** Their bounds are so far apart that no two of the ranges below are the same, also where `(1,5]` is `[2,6)`. */
const bounds: Record<string, Bounds> = {
  int4: { low: "1", high: "5", beyond: "9" },
  int8: { low: "1", high: "5", beyond: "9" },
  num: { low: "1", high: "2", beyond: "infinity", more: ["[1,2.1)", "[1,20000)", "[1.0001,2)", "[-1,2)"] },
  date: { low: "2000-01-01", high: "2000-01-05", beyond: "infinity" },
  ts: { low: "2000-01-01 00:00", high: "2000-01-01 00:00:00.000001", beyond: "infinity" },
  tstz: { low: "2000-01-01 00:00+00", high: "2000-01-01 00:00:00.000001+00", beyond: "infinity" },
};

/** A range from `low` to `high`, each in it or not, and ranges without one bound or both. */
function ranges({ low, high, beyond, more = [] }: Bounds): string[] {
  const bounded = ["[)", "(]", "[]", "()"].map((ends) => `${ends[0]}${low},${high}${ends[1]}`);
  const open = [`[${low},)`, `(${low},)`, `(,${low})`, `(,${low}]`, "(,)", `[${low},${beyond})`, `[${low},${beyond}]`];
  return [...bounded, ...open, ...more];
}

/** Each range by itself, two that do not meet, and none. */
function multiranges(of: Bounds): string[] {
  const { low, high, beyond } = of;
  const two = [`{[${low},${low}],(${high},${beyond})}`, `{[${low},${low}],(${high},${beyond}]}`];
  return ["{}", ...ranges(of).map((range) => `{${range}}`), ...two];
}

const shipped = Object.entries(bounds);

export const samples: Record<string, readonly string[]> = {
  ...base,
  ...Object.fromEntries(shipped.map(([stem, of]) => [`${stem}range`, ["empty", ...ranges(of)]])),
  ...Object.fromEntries(shipped.map(([stem, of]) => [`${stem}multirange`, multiranges(of)])),
};

/** Arrays of a type's values: in another order, of other dimensions and bounds, with NULLs, and none. */
export function arraysOf(values: readonly string[], delimiter = ","): string[] {
  const quoted = values.map((value) => `"${value.replaceAll(/["\\]/g, "\\$&")}"`);
  const [a = "", b = ""] = quoted;
  const lists = [
    ...quoted.map((value) => [value]),
    [a, b],
    [b, a],
    [a, a],
    [a, a, a],
    ["NULL"],
    [a, "NULL"],
    ["NULL", a],
  ];
  const plain = [[], ...lists].map((list) => `{${list.join(delimiter)}}`);
  const framed = [
    `[0:0]={${a}}`,
    `[2:3]={${a}${delimiter}${b}}`,
    `{{${a}${delimiter}${b}}}`,
    `{{${a}}${delimiter}{${b}}}`,
  ];
  return [...plain, ...framed, `{{{${a}}}}`];
}
