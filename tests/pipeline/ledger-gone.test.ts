import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { rolledBack } from "../../src/postgres/connection/attempt.ts";
import { lostColumns } from "../../src/postgres/ledger/lost-columns.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** A month goes on where the ledger of the months before is gone, and says so; where it is elsewhere, none is begun anew. */

setDefaultTimeout(60_000);

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
  for (const month of [0, 1, 2]) place.drops.write(`month_00${month}`, smallDrop(["u1", "u2", "u3"], month));
});
afterEach(() => place.close());

function warningsOf(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []));
}

/** What a console is told that reaches the database now. */
function another(): Pipeline {
  return startPipeline({ data: place.drops.path, home: `${place.drops.path}/home`, database: place.database.url });
}

test("what no run of the ledger took is told of by each run, until it is adopted", async () => {
  const { pipeline, database } = place;
  expect(warningsOf(await ranIn(pipeline, ["0..1"]))).toEqual([]);
  await database.sql`drop schema console cascade`;
  const next = another();
  const events = await ranIn(next, ["month_002"]);
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  expect(warningsOf(events)).toEqual([
    "Snapshot rows that no run of the ledger took stand, unsealed, as of 2024-01-31 to 2024-02-29 (2 dates).",
  ]);
  const { checks } = await next.call({ kind: "doctor" });
  expect(checks.find(({ name }) => name === "origin")?.remedy).toContain("the ledger that knew of them is gone");
  await next.call({ kind: "adopt", confirmed: true });
  expect(warningsOf(await ranIn(next, ["month_002"], { force: true }))).toEqual([]);
  await next.close();
});

test("a run over what stands unsealed seals it, and needs no warning", async () => {
  const { pipeline, database } = place;
  await ranIn(pipeline, ["month_000"]);
  await database.sql`truncate console.runs, console.seals, console.lifted_seals restart identity cascade`;
  const events = await ranIn(pipeline, ["month_000"]);
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  expect(warningsOf(events)).toEqual([]);
});

test("a ledger whose schema was renamed is put back by what the refusal says, and nothing is begun before", async () => {
  const { pipeline, database } = place;
  await ranIn(pipeline, ["month_000"]);
  await database.sql`alter schema console rename to "the Old one"`;
  const refused = another();
  const failure = await refused.call({ kind: "runs" }).catch((error) => error);
  expect(failure).toMatchObject({
    code: "schema_mismatch",
    title: 'There is no schema console, and a ledger in the schema "the Old one".',
  });
  const events = await ranIn(refused, ["month_001"]).catch(() => []);
  expect(lastOf(events, "run.finished")).toBeUndefined();
  const [schema] = await database.sql`select to_regnamespace('console') as there`;
  expect(schema?.there).toBeNull();
  const [putBack = "", anew = ""] = [...failure.hint.matchAll(/`([^`]+)`/g)].map(([, statement]) => statement);
  await database.sql.unsafe(putBack);
  expect(lastOf(await ranIn(refused, ["month_001"]), "run.finished")).toMatchObject({ run: 2, status: "published" });
  await refused.close();
  await database.sql`alter schema console rename to "the Old one"`;
  await database.sql.unsafe(anew);
  const begun = another();
  expect((await begun.call({ kind: "runs" })).runs).toEqual([]);
  await begun.close();
});

/** What an error advises to do in psql. */
async function advised(kind: "runs" | "months" | "doctor"): Promise<string> {
  const refused = another();
  const failure = await refused.call({ kind }).catch((error) => error);
  await refused.close();
  expect(failure).toMatchObject({ code: "schema_mismatch" });
  return /in psql: `([^`]+)`/.exec(failure.hint)?.[1] ?? "";
}

test("a table of the ledger that is gone is made anew by what the error says, and the others stay as they are", async () => {
  const { pipeline, database } = place;
  const { sql } = database;
  await ranIn(pipeline, ["month_000"]);
  const made = async () => [
    ...(await sql`
      select c.relname, a.attname, a.atttypid::regtype::text as type, a.attnotnull from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'console'::regnamespace and c.relkind in ('r', 'i') and a.attnum > 0 and not a.attisdropped order by 1, 2`),
    ...(await sql`
      select conrelid::regclass::text as relname, conname, pg_get_constraintdef(oid) from pg_constraint
       where connamespace = 'console'::regnamespace order by 1, 2`),
  ];
  const before = await made();
  await sql`drop table console.run_tables`;
  const statement = await advised("runs");
  const others = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'console'::regnamespace and relkind = 'r'
       and relname not in ('runs', 'migrations')`;
  for (const { name } of others) await sql`drop table console.${sql(name)}`;
  await sql.unsafe(statement);
  const mended = another();
  expect((await mended.call({ kind: "runs" })).runs.map(({ run, status }) => [run, status])).toEqual([
    [1, "published"],
  ]);
  expect(await made()).toEqual(before);
  expect(lastOf(await ranIn(mended, ["month_001"]), "run.finished")).toMatchObject({ run: 2, status: "published" });
  await mended.close();
});

test("a ledger without its runs is begun anew by what the error says, and what stands is adopted", async () => {
  const { pipeline, database } = place;
  await ranIn(pipeline, ["month_000"]);
  await database.sql`drop table console.runs cascade`;
  await database.sql.unsafe(await advised("doctor"));
  const begun = another();
  expect((await begun.call({ kind: "adopt", confirmed: true })).dates).toHaveLength(1);
  expect(lastOf(await ranIn(begun, ["month_001"]), "run.finished")).toMatchObject({ run: 2, status: "published" });
  await begun.close();
});

test("columns of the ledger that others renamed or dropped are told, with what puts them back or makes their table anew", async () => {
  const { pipeline, database } = place;
  const { sql } = database;
  await ranIn(pipeline, ["month_000"]);
  // Of each table the first, which it needs, and the last, which came later.
  const columns = await sql<{ table: string; name: string }[]>`
    select c.relname as table, a.attname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'console'::regnamespace and c.relkind = 'r' and a.attnum in (1, c.relnatts) order by 1, a.attnum`;
  expect(await lostColumns(sql)).toBeNull();
  for (const { table, name } of columns) {
    for (const alteration of ["rename column NAME to other", "drop column NAME cascade"]) {
      const found = await rolledBack(sql, async (tx) => {
        await tx.unsafe(`alter table console.${table} ${alteration.replace("NAME", name)}`);
        const told = await lostColumns(tx);
        const [, statements = ""] = /in psql: `([^`]+)`/.exec(told?.hint ?? "") ?? [];
        await tx.unsafe(statements);
        return { title: told?.title, statements, after: await lostColumns(tx) };
      });
      expect(found.title).toEndWith(`there is no column ${name} of console.${table}.`);
      expect(found.after).toBeNull();
      if (alteration.startsWith("rename")) expect(found.statements).toMatch(/^alter table .* rename column other to/);
    }
  }
}, 120_000);

test.each([
  ["run_tables", "absent", 2],
  ["seals", "fingerprint", 2],
  ["run_files", "path", 2],
  ["migrations", "file", 2],
  ["runs", "mode", 1],
])("without %s.%s what the error says has the next month published", async (table, column, run) => {
  const { pipeline, database } = place;
  await ranIn(pipeline, ["month_000"]);
  await database.sql.unsafe(`alter table console.${table} drop column ${column} cascade`);
  await database.sql.unsafe(await advised("months"));
  const mended = another();
  const { checks } = await mended.call({ kind: "doctor" });
  expect(checks.filter(({ state }) => state === "fail")).toEqual([]);
  expect(lastOf(await ranIn(mended, ["month_001"]), "run.finished")).toMatchObject({ run, status: "published" });
  await mended.close();
});
