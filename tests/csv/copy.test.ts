import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { cellJudge } from "../../src/csv/cells/judge.ts";
import { RowFaults } from "../../src/csv/row-faults.ts";
import { FaultTally } from "../../src/csv/tally.ts";
import type { Transaction } from "../../src/postgres/connection/connect.ts";
import { copyInto } from "../../src/postgres/connection/copy.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { anyBytes, anyTable, lineEnd } from "./arbitraries.ts";
import { column, dates, readBody, shapeOf } from "./reading.ts";
import { type Cells, readRows, writeRows } from "./reference.ts";

/** What the reader finds sound is held against PostgreSQL itself. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  for (const width of [1, 2, 3]) {
    const columns = namesOf(width).map((name) => `${name} text`);
    await database.sql.unsafe(`create unlogged table w${width} (n serial, ${columns})`);
  }
});
afterAll(() => database.drop());

const namesOf = (width: number) => Array.from({ length: width }, (_, index) => `c${index}`);
const shapes = [1, 2, 3].map((width) => shapeOf(Object.fromEntries(namesOf(width).map((name) => [name, "text"])), []));

/** The rows as COPY in CSV format takes them. */
async function copied(tx: Transaction, bytes: Buffer, width: number): Promise<Cells> {
  const table = `w${width}`;
  await tx`delete from ${tx(table)}`;
  const copy = await copyInto(tx`copy ${tx(table)} (${tx(namesOf(width))}) from stdin (format csv)`);
  await copy.write(bytes);
  await copy.finish();
  const rows = await tx<Record<string, string | null>[]>`select ${tx(namesOf(width))} from ${tx(table)} order by n`;
  return rows.map((row) => namesOf(width).map((name) => row[name] ?? null));
}

async function holdAgainstCopy(tx: Transaction, body: Buffer, width: number, end: "\n" | "\r\n"): Promise<void> {
  const { faults, rows, passed } = readBody(body, shapes[width - 1] ?? shapeOf({}, []), end);
  if (faults.length > 0) return;
  const loaded = await copied(tx, passed, width);
  expect(loaded).toHaveLength(rows);
  expect(loaded).toEqual(readRows(passed.toString()));
}

test("tables load as they were written", async () => {
  const written = fc.tuple(anyTable, lineEnd, fc.boolean());
  await database.sql.begin((tx) =>
    fc.assert(
      fc.asyncProperty(written, async ([rows, end, quoteAll]) => {
        const width = rows[0]?.length ?? 0;
        const body = Buffer.from(writeRows(rows, end, quoteAll));
        expect(await copied(tx, body, width)).toEqual(rows);
        expect(readBody(body, shapes[width - 1] ?? shapeOf({}, []), end).passed.equals(body)).toBe(true);
      }),
      { numRuns: 60 },
    ),
  );
});

test("bytes that are found sound load, and as the very cells that another reader finds in them", async () => {
  await database.sql.begin((tx) =>
    fc.assert(
      fc.asyncProperty(anyBytes, fc.constantFrom(1, 2, 3), lineEnd, (data, width, end) =>
        holdAgainstCopy(tx, data, width, end),
      ),
      { numRuns: 200 },
    ),
  );
});

/** Values near to what a type takes, of all kinds. */
const scraps = [
  "0",
  "1",
  "9",
  "12",
  "-",
  "+",
  ".",
  "e",
  "E",
  "e-",
  "00",
  "T",
  ":",
  " ",
  "2024-01-31",
  "12:30:00",
  "Z",
  "+01",
];
const candidate = fc.oneof(
  fc.array(fc.constantFrom(...scraps), { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.double().map(String),
  fc
    .tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: 0, max: 4 }))
    .map(([n, scale]) => (n / 100).toFixed(scale)),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom(
    "true",
    "FALSE",
    "t",
    "yes",
    "on",
    "1e400",
    "1e-400",
    "NaN",
    "Infinity",
    "1e200000",
    "today",
    "24:00",
  ),
  fc.json({ maxDepth: 2 }),
  fc.uuid(),
);

/** Declared types, and a condition that holds for `v`, the value as text, when the type keeps it unaltered. */
const kept: [declared: string, condition: string][] = [
  ["int2", "v::int2::numeric = v::numeric"],
  ["int4", "v::int4::numeric = v::numeric"],
  ["int8", "v::int8::numeric = v::numeric"],
  ["numeric", "v::numeric is not null"],
  ["numeric(5,2)", "v::numeric(5,2) = v::numeric"],
  ["numeric(3,0)", "v::numeric(3,0) = v::numeric"],
  ["numeric(2,-2)", "v::numeric(2,-2) = v::numeric"],
  ["numeric(2,4)", "v::numeric(2,4) = v::numeric"],
  ["float4", "v::float4 < 'infinity' and v::float4 > '-infinity'"],
  ["float8", "v::float8 < 'infinity' and v::float8 > '-infinity'"],
  ["bool", "v::bool = (lower(v) = 'true')"],
  ["date", "v::date::text = v"],
  ["timestamp", "v::timestamp::text like left(v, 10) || '%'"],
  ["timestamptz", "v::timestamptz is not null"],
  ["uuid", "v::uuid::text = lower(v)"],
  ["json", "v::json::text = v"],
  ["jsonb", "v::jsonb is not null"],
  ["varchar(3)", "v::varchar(3) = v"],
];

for (const [declared, condition] of kept) {
  test(`${declared}: every value that is found sound is taken unaltered`, async () => {
    const one = column("v", declared);
    const { judge } = cellJudge(one, { isKey: false, isOnly: false }, dates);
    const faults = new RowFaults({ columns: [one, one], key: [], dates, lineEnd: "\n" }, new FaultTally("t.csv"));
    const values = fc.sample(candidate, 2_000);
    for (const value of values) if (faults.allows([value, value])) expect([value, judge(value)]).toEqual([value, null]);
    const sound = values.filter((value) => judge(value) === null);
    expect(sound.length).toBeGreaterThan(0);
    const altered = await database.sql.unsafe(`select v from unnest($1::text[]) v where not (${condition})`, [sound]);
    expect([...altered]).toEqual([]);
  });
}
