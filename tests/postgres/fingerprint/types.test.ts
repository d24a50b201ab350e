import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { seal } from "../../../src/postgres/snapshots/fingerprint.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { equalValues, otherLimits } from "./equal-values.ts";
import { confused, fingerprintsOf, literal } from "./sampled.ts";
import { arraysOf, samples } from "./samples.ts";
import { columnOf, majorOf } from "./stored.ts";

setDefaultTimeout(60_000);

/** Types that PostgreSQL ships and that no table of a user's holds. */
const notForTables: Record<string, string> = {
  pg_node_tree: "a parsed query: no text is read as one",
  pg_ndistinct: "of extended statistics: no text is read as one",
  pg_dependencies: "likewise",
  pg_mcv_list: "likewise",
  pg_brin_bloom_summary: "of an index: no text is read as one",
  pg_brin_minmax_multi_summary: "likewise",
  gtsvector: "of an index: no text is read as one",
  _gtsvector: "likewise",
};

interface Shipped {
  name: string;
  /** The name of the elements' type, for an array. */
  element: string | null;
  delimiter: string;
}

let database: TestDatabase;
let shipped: Shipped[];
let types: { name: string; values: (string | null)[]; fingerprints: string[] }[];
beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database;
  // No arrays of pseudo-types, which no column has, and of the catalog's own rows, which are nobody else's.
  shipped = await sql<Shipped[]>`
    select t.typname as name, e.typname as element, coalesce(e.typdelim, t.typdelim) as delimiter
      from pg_type t left join pg_type e on e.typarray = t.oid
     where t.typnamespace = 'pg_catalog'::regnamespace and t.typtype in ('b', 'r', 'm')
       and (e.oid is null or e.typtype in ('b', 'r', 'm'))
     order by t.typname`;
  types = [];
  for (const type of shipped.filter(({ name }) => notForTables[name] === undefined)) {
    const { name } = type;
    const values = valuesOf(type);
    types.push({ name, values, fingerprints: await fingerprintsOf(sql, declared(name), values) });
  }
});
afterAll(() => database.drop());

/** A type's values, NULL last. */
function valuesOf({ name, element, delimiter }: Shipped): (string | null)[] {
  if (element === null) return [...(samples[name] ?? []), null];
  return [...arraysOf(samples[element] ?? [], delimiter), null];
}

/** By its own name: `bit` and `char` alone would be of length 1. */
function declared(type: string) {
  return database.sql`pg_catalog.${database.sql(type)}`;
}

test("there are samples of every type that PostgreSQL ships, but for those that no table holds", () => {
  const without = shipped.filter(({ name, element }) => samples[element ?? name] === undefined);
  expect(without.map(({ name }) => name)).toEqual(Object.keys(notForTables).sort());
  expect(Object.keys(samples).filter((name) => !types.some((type) => type.name === name))).toEqual([]);
});

test("values that are nearly the same have different fingerprints, whatever their type", () => {
  const found = types.map(({ name, values, fingerprints }) => [name, confused(values, fingerprints)]);
  expect(found.filter(([, same]) => same?.length)).toEqual([]);
});

test("their fingerprints stay what they were", () => {
  const digest = (fingerprints: string[]) =>
    new Bun.CryptoHasher("sha256").update(fingerprints.join()).digest("hex").slice(0, 16);
  const digests = types.map(({ name, fingerprints }) => [name, digest(fingerprints)]);
  expect(Object.fromEntries(digests)).toMatchSnapshot();
});

test("an interval without end is like no other, where the server has one", async () => {
  const { sql } = database;
  if (majorOf(sql) < 17) return;
  const values = ["infinity", "-infinity", "178956970 years 7 mons 2147483647 days", "0"];
  expect(confused(values, await fingerprintsOf(sql, sql`interval`, values))).toEqual([]);
});

test("a column of a domain has the fingerprint of its values, whatever number the domain has in the catalog", async () => {
  const { sql } = database;
  const strangers: string[] = [];
  for (const { name, values, fingerprints } of types) {
    const domain = sql(`domain of ${name}`);
    await sql`create domain ${domain} as ${declared(name)}`;
    const found = await fingerprintsOf(sql, sql`${domain}`, values);
    if (!Bun.deepEquals(found, fingerprints)) strangers.push(name);
  }
  expect(strangers).toEqual([]);
});

test("equal values have one fingerprint, however they are written", async () => {
  for (const [type, ...ways] of equalValues) {
    const found = new Set(await fingerprintsOf(database.sql, declared(type), ways));
    expect({ type, ways, fingerprints: found.size }).toEqual({ type, ways, fingerprints: 1 });
  }
});

test("a column's limits have no say in the fingerprint", async () => {
  const { sql } = database;
  for (const [value, ...columns] of otherLimits) {
    const found = await Promise.all(columns.map((column) => fingerprintsOf(sql, sql.unsafe(column), [value])));
    expect({ columns, fingerprints: new Set(found.flat()).size }).toEqual({ columns, fingerprints: 1 });
  }
});

test("a key may be of any type", async () => {
  const { sql } = database;
  const serverMajor = majorOf(sql);
  for (const { name, values, fingerprints } of types) {
    const [value = null] = values;
    const key = [columnOf({ name: "v", type: name })];
    const relation = sql`(select ${literal(sql, value)}::${declared(name)} as v)`;
    const { fingerprint } = await seal(sql, relation, { key, columns: key, hashing: "exact", serverMajor });
    expect({ name, fingerprint }).toEqual({ name, fingerprint: fingerprints[0] ?? "" });
  }
});
