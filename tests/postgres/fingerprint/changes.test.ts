import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { changed, changeKinds, changesOf, type Table } from "./changes.ts";
import { drawnTypes, rowOf } from "./drawn.ts";
import { fingerprintOfHashes, rowHasher } from "./independent.ts";
import { type Selected, Store } from "./stored.ts";
import type { Row } from "./values.ts";
import { canonical } from "./written.ts";

/** How many single changes are tried; set it to soak. */
const changes = Number(process.env.CHANGES ?? 2_000);
const changesOfTable = 25;
setDefaultTimeout(60_000 + 10 * changes);

/** Two of each type, so that cells can trade places, and numerics enough to hide one change behind another. */
const columns: Selected[] = [...drawnTypes, ...drawnTypes, "numeric", "numeric"].map((type, from) => {
  return { name: `c${from}`, type, from };
});

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await testDatabase();
  store = await Store.create(database.sql, "drawn", columns);
});
afterAll(() => database.drop());

const tables = fc.record({
  rows: fc.array(rowOf(columns), { minLength: 1, maxLength: 30, size: "max" }),
  edits: fc.array(changesOf(columns), { minLength: changesOfTable, maxLength: changesOfTable }),
});

test("any one change to exact values changes the fingerprint, and nothing else does", async () => {
  const effective = new Map<string, number>();
  const tried = fc.asyncProperty(tables, async ({ rows, edits }) => {
    const base: Table = { columns, rows };
    const variants = edits.map((edit) => ({ kind: edit.kind, table: changed(base, edit) }));
    const [before, ...after] = await fingerprintsOf([base, ...variants.map(({ table }) => table)]);
    expect(before).toBe(fingerprintOfHashes(hashesOf(base)));
    const offences = variants.flatMap(({ kind, table }, index) => {
      const isChanged = !holdTheSame(base, table);
      if (isChanged) effective.set(kind, (effective.get(kind) ?? 0) + 1);
      const [found, wanted] = [after[index], fingerprintOfHashes(hashesOf(table))];
      if (found === wanted && (found !== before) === isChanged) return [];
      const [was, is] = [new Set(cellsOf(base)), new Set(cellsOf(table))];
      return [{ kind, found, before, wanted, lost: [...was.difference(is)], gained: [...is.difference(was)] }];
    });
    expect(offences).toEqual([]);
  });
  await fc.assert(tried, { numRuns: Math.ceil(changes / changesOfTable), endOnFailure: true });
  expect([...effective.keys()].sort()).toEqual([...changeKinds].sort());
  const total = effective.values().reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(0.75 * changes);
});

/** As the server tells them, of tables that have most of their rows in common. */
async function fingerprintsOf(tables: readonly Table[]): Promise<string[]> {
  const keys = await store.write(new Set(tables.flatMap(({ rows }) => rows)));
  const seals = tables.map(({ columns, rows }) => {
    const own = rows.map((row) => keys.get(row) ?? 0);
    return store.seal(own, columns);
  });
  return (await Promise.all(seals)).map(({ fingerprint }) => fingerprint);
}

/** What is the same for many tables is calculated once: of rows in the columns that all but a few have. */
function remembered<Result>(make: (columns: readonly Selected[]) => (row: Row) => Result) {
  const ofRow = make(columns);
  const known = new WeakMap<Row, Result>();
  return (table: Table): Result[] => {
    const ofOther = table.columns === columns ? null : make(table.columns);
    return table.rows.map((row) => {
      if (ofOther !== null) return ofOther(table.columns.map(({ from }) => row[from] ?? null));
      const result = known.get(row) ?? ofRow(row);
      known.set(row, result);
      return result;
    });
  };
}

const hashesOf = remembered(rowHasher);
const cellsOf = remembered((columns) => {
  const types = columns.map(({ type }) => type);
  return (row) => canonical(types, row);
});

/** True for tables that have the same columns, and in them the same rows in whatever order. */
function holdTheSame(one: Table, other: Table): boolean {
  const [columnsOfOne, columnsOfOther] = [one, other].map((table) =>
    table.columns.map(({ name, type }) => [name, type]),
  );
  if (!Bun.deepEquals(columnsOfOne, columnsOfOther)) return false;
  return Bun.deepEquals(cellsOf(one).sort(), cellsOf(other).sort());
}
