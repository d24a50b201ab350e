import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dialectOf } from "../../src/core/written/dialect.ts";
import type { Written } from "../../src/core/written/settings.ts";
import { contentsOf } from "../../src/csv/drop/changes.ts";
import { locateKeys } from "../../src/csv/parts/locate.ts";
import { openParts, readParts } from "../../src/csv/parts/open.ts";
import type { TableSource } from "../../src/csv/source.ts";
import { FaultTally } from "../../src/csv/tally.ts";
import { withDuckDb } from "../helpers/duckdb.ts";
import { dates, shapeOf } from "./reading.ts";

/** Parquet as another program writes it: every value exactly as it is, or refused with its row. */

setDefaultTimeout(60_000);
const folder = mkdtempSync(join(tmpdir(), "streamflow-parquet-"));
const path = join(folder, "t.parquet");
let run: (sql: string) => Promise<void>;
let close: () => void;
beforeAll(async () => {
  ({ run, close } = await withDuckDb());
});
afterAll(() => {
  close();
  rmSync(folder, { recursive: true });
});

async function write(select: string, options = ""): Promise<void> {
  await run(`copy (${select}) to '${path}' (format parquet${options})`);
}

type Columns = Record<string, string>;
const sourceOf = (columns: Columns, written?: Written): TableSource => ({
  path,
  shape: shapeOf(columns, ["k"]),
  optional: new Set<string>(),
  dates,
  written: dialectOf(written),
});

async function read(columns: Columns, written?: Written) {
  const tally = new FaultTally("t.parquet");
  const copied: string[] = [];
  const write = async (chunk: Uint8Array) => void copied.push(Buffer.from(chunk).toString());
  const opened = await openParts(sourceOf(columns, written));
  const { rows, sha256, controls } = await readParts(opened, () => tally, { write });
  const faults = tally.listed.map(
    ({ line, column, code, reason }) => `${line ?? ""} ${column ?? ""} ${code}: ${reason}`,
  );
  return { header: opened.header?.columns ?? null, rows, sha256, controls, copied: copied.join(""), faults };
}

/** A value of DuckDB's, the column that it is for, and what is copied or why it is refused. */
const cases: [value: string, column: string, copied: string | { code: string; reason: RegExp }][] = [
  ["1::int", "int4", "1"],
  ["(-9223372036854775808)::bigint", "int8", "-9223372036854775808"],
  ["18446744073709551615::ubigint", "numeric", "18446744073709551615"],
  ["4294967295::uinteger", "int8", "4294967295"],
  ["200::utinyint", "int2", "200"],
  ["40000::int", "int2", { code: "integer_range", reason: /not between/ }],
  ["7043::int", "text", "7043"],
  [
    "12345678901234567890123456789.123456789::decimal(38,9)",
    "numeric(38,9)",
    "12345678901234567890123456789.123456789",
  ],
  ["(-0.05)::decimal(4,2)", "numeric(4,2)", "-0.05"],
  ["(-12345678901.25)::decimal(18,2)", "numeric", "-12345678901.25"],
  ["1.125::decimal(9,3)", "numeric(9,2)", { code: "numeric_range", reason: /would round it/ }],
  ["3.00::decimal(9,2)", "int4", { code: "not_integer", reason: /did you mean 3\?/ }],
  ["0.1::double", "float8", "0.1"],
  ["0.1::double", "numeric(5,2)", "0.1"],
  ["(0.1::double + 0.2::double)", "numeric(5,2)", { code: "numeric_range", reason: /would round it/ }],
  ["5::double", "int4", "5"],
  ["5.5::double", "int4", { code: "not_integer", reason: /not a whole number/ }],
  ["1e300::double", "float8", "1e+300"],
  ["'-0'::double", "float8", "-0"],
  ["'nan'::double", "float8", { code: "null_word", reason: /missing value/ }],
  ["'inf'::double", "float8", { code: "not_numeric", reason: /infinite/ }],
  ["0.1::float", "float4", "0.1"],
  ["0.1::float", "numeric", "0.1"],
  ["0.1::float", "float8", "0.10000000149011612"],
  ["16777216::float", "float4", "16777216"],
  ["1.17549435e-38::float", "float4", "1.1754944e-38"],
  ["1.5::double", "text", { code: "not_of_type", reason: /more than one way/ }],
  ["true", "bool", "true"],
  ["true", "text", { code: "not_of_type", reason: /more than one way/ }],
  ["true", "int4", { code: "not_integer", reason: /./ }],
  ["date '2024-02-29'", "date", "2024-02-29"],
  ["date '1899-12-31'", "date", { code: "date_range", reason: /not between/ }],
  ["date '2024-02-29'", "text", "2024-02-29"],
  ["date '2024-02-29'", "timestamp", { code: "not_of_type", reason: /are days/ }],
  ["timestamp '2024-02-29 23:59:59.000001'", "timestamp", "2024-02-29 23:59:59.000001"],
  ["timestamp '1969-12-31 23:59:59.5'", "timestamp", "1969-12-31 23:59:59.5"],
  ["timestamp_ms '2024-02-29 10:00:00.25'", "timestamp", "2024-02-29 10:00:00.25"],
  [
    "timestamp_ns '2024-02-29 10:00:00.000001500'",
    "timestamp",
    { code: "not_timestamp", reason: /more than 6 decimals/ },
  ],
  ["timestamp '2024-02-29 00:00:00'", "date", "2024-02-29"],
  ["timestamp '2024-02-29 00:00:01'", "date", { code: "not_date", reason: /not a date/ }],
  ["timestamptz '2024-02-29 10:00:00+02'", "timestamptz", "2024-02-29 08:00:00+00"],
  ["timestamptz '2024-02-29 10:00:00+02'", "timestamp", { code: "not_timestamp", reason: /takes no time zone/ }],
  ["timestamp '2024-02-29 10:00:00'", "timestamptz", { code: "not_timestamp", reason: /time zone is missing/ }],
  ["time '10:00:00.5'", "time", "10:00:00.5"],
  ["uuid '5b30857f-0bfa-48b5-ac0b-5c64e28078d1'", "uuid", "5b30857f-0bfa-48b5-ac0b-5c64e28078d1"],
  ["'a,\"b\"'", "text", '"a,""b"""'],
  ["''", "text", '""'],
  ["'None'", "text", "None"],
  ["'é\n日本'", "text", '"é\n日本"'],
  ["'abcdef'", "varchar(5)", { code: "not_of_type", reason: /6 characters/ }],
  ["'12'", "int4", "12"],
  ["'1,5'", "numeric", { code: "not_numeric", reason: /./ }],
  ["''", "int4", { code: "not_integer", reason: /./ }],
  ["'NA'", "int4", { code: "not_integer", reason: /./ }],
  ["'NULL'", "int4", { code: "null_word", reason: /missing value/ }],
  ["null::int", "int4", ""],
  ["null::varchar", "text", ""],
  ["[1, 2]", "text", { code: "not_of_type", reason: /several values/ }],
  ["{'a': 1}", "text", { code: "not_of_type", reason: /several values/ }],
  ["interval 1 day", "text", { code: "not_of_type", reason: /is not read/ }],
];

describe("a value", () => {
  test.each(cases)("%s for %s", async (value, column, expected) => {
    await write(`select 'k1' as k, ${value} as v`);
    const { copied, faults } = await read({ k: "text not null", v: column });
    if (typeof expected === "string") expect({ copied, faults }).toEqual({ copied: `k1,${expected}\n`, faults: [] });
    else {
      expect(faults).toHaveLength(1);
      const [fault = ""] = faults;
      expect(fault).toContain(` v ${expected.code}: `);
      expect(fault).toMatch(expected.reason);
      expect(copied).toBe("");
    }
  });

  test("that is text is written as the manifest says; one that is a number, a day or NULL is itself", async () => {
    await write(
      "select 'k1' as k, '1.234,5' as n, 1234.5::double as m, '31/01/2024' as d, date '2024-01-31' as e, null::varchar as z",
    );
    const columns = { k: "text not null", n: "numeric", m: "numeric", d: "date", e: "date", z: "text" };
    const { copied, faults } = await read(columns, {
      decimal: ",",
      thousands: ".",
      dates: ["DD/MM/YYYY"],
      null: ["NA"],
    });
    expect({ copied, faults }).toEqual({ copied: "k1,1234.5,1234.5,2024-01-31,2024-01-31,\n", faults: [] });
  });
});

describe("a file", () => {
  test.each(["uncompressed", "snappy", "gzip", "zstd", "brotli"])("in many groups, %s", async (codec) => {
    const select = `select 'k' || i as k, case when i % 7 = 0 then null else i end as n, 'v' || (i % 10) as v,
      (i * 0.01)::decimal(12,2) as d, i % 2 = 0 as b, date '2024-01-01' + (i % 60)::int as day, (i * 1.5)::double as f
      from range(10000) t(i)`;
    await write(select, `, compression ${codec}, row_group_size 2048`);
    const columns = {
      k: "text not null",
      n: "int8",
      v: "text",
      d: "numeric(12,2)",
      b: "bool",
      day: "date",
      f: "float8",
    };
    const { header, rows, faults, copied, sha256 } = await read(columns);
    expect({ header, rows, faults }).toEqual({ header: Object.keys(columns), rows: 10_000, faults: [] });
    const lines = copied.trimEnd().split("\n");
    const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + (i % 60))).toISOString().slice(0, 10);
    const row = (i: number) =>
      [`k${i}`, i % 7 === 0 ? "" : i, `v${i % 10}`, (i / 100).toFixed(2), i % 2 === 0, day(i), i * 1.5].join(",");
    expect(lines.filter((line, i) => line !== row(i)).slice(0, 3)).toEqual([]);
    expect(sha256).toBe(await contentsOf({ path }));
  });

  test("compressed in a way that is not read is refused by its name", async () => {
    await write("select 'k' || i as k from range(100) t(i)", ", compression lz4_raw");
    expect((await read({ k: "text not null" })).faults).toEqual([
      expect.stringContaining("file_ending: it is compressed by LZ4_RAW, which is not read"),
    ]);
  });

  test("tells the row of each fault, and where a key stands", async () => {
    await write(
      "select 'k' || (i % 5000) as k, case when i = 4321 then -1 else i end as n from range(6000) t(i)",
      ", row_group_size 2048",
    );
    const source = sourceOf({ k: "text not null", n: "int2" });
    const found: string[] = [];
    for await (const { keys, lines } of locateKeys(source)) {
      for (const [at, key] of keys.entries()) if (key === "k999") found.push(`${lines[at]}`);
    }
    expect(found).toEqual(["1000", "6000"]);
    await write(
      "select 'k' || i as k, case when i = 4321 then 40000 else 1 end as n from range(6000) t(i)",
      ", row_group_size 2048",
    );
    expect((await read({ k: "text not null", n: "int2" })).faults).toEqual([
      expect.stringMatching(/^4322 n integer_range/),
    ]);
  });

  test("has its columns named as a header would be", async () => {
    await write("select 1 as n, 'k1' as \"Key\", 2 as extra");
    const columns = { k: "text not null", n: "int4" };
    expect((await read(columns)).faults).toEqual([
      expect.stringContaining("Key column_unknown"),
      expect.stringContaining("extra column_unknown"),
      expect.stringContaining("k column_missing"),
    ]);
    const { header, copied } = await read(columns, { header: { Key: "k" }, ignore: ["extra"] });
    expect({ header, copied }).toEqual({ header: ["n", "k"], copied: "1,k1\n" });
  });

  test("without a row is one, unless it may be", async () => {
    await write("select 'k' as k where false");
    expect((await read({ k: "text not null" })).faults).toEqual([expect.stringContaining("no_rows")]);
    expect((await read({ k: "text not null" }, { header_only: true })).faults).toEqual([]);
  });

  test("that steers a terminal is told of", async () => {
    await write("select 'k' || i as k, case when i = 3 then 'a' || chr(27) else 'b' end as v from range(5) t(i)");
    const { controls, faults } = await read({ k: "text not null", v: "text" });
    expect({ controls, faults }).toMatchObject({ controls: [{ column: "v", count: 1, line: 4 }], faults: [] });
  });

  const damaged: [what: string, change: (sound: Buffer) => Buffer, fault: string][] = [
    ["no Parquet", () => Buffer.from("k\nk1\n"), " file_ending: it does not hold Parquet, which its name says"],
    [
      "a zip archive",
      () => Buffer.from("PK\x03\x04 and more"),
      " file_ending: it does not hold Parquet, which its name says: it holds zip data",
    ],
    ["nothing", () => Buffer.alloc(0), " file_empty: the file has no bytes"],
    [
      "cut short",
      (sound) => sound.subarray(0, -20),
      " file_cut: the file ends before its footer, which says what is in it",
    ],
    [
      "a footer that is longer than the file",
      (sound) => Buffer.concat([sound.subarray(0, -8), Buffer.from("ffffff7f50415231", "hex")]),
      " file_corrupt: the Parquet file is damaged",
    ],
    [
      "a page that is other bytes",
      (sound) => Buffer.concat([sound.subarray(0, 4), Buffer.alloc(60, 0xee), sound.subarray(64)]),
      " file_corrupt: the Parquet file is damaged",
    ],
  ];
  test.each(damaged)("%s is refused", async (_, change, fault) => {
    await write("select 'key' || i as k from range(100) t(i)");
    writeFileSync(path, change(readFileSync(path)));
    const { faults } = await read({ k: "text not null" });
    expect(faults).toEqual([expect.stringContaining(fault)]);
  });
});
