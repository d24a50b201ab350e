import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { EventBody } from "../../src/core/messages/events.ts";
import { parseSuite } from "../../src/core/suites/suite.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { emptyRecord } from "../../src/pipeline/stages/context.ts";
import { type Task, Tasks } from "../../src/pipeline/stages/tasks.ts";
import { validate } from "../../src/pipeline/stages/validate.ts";
import { ruledTables } from "../../src/postgres/catalog/ruled-tables.ts";
import { rolledBack } from "../../src/postgres/connection/attempt.ts";
import { connect, type Sql, type Transaction } from "../../src/postgres/connection/connect.ts";
import { prepareStage } from "../../src/postgres/live/stage.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Which of a run's connections evaluates a suite, and that nobody can tell. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let drops: DropFolder;
let session: Session;
let main: Sql;
let side: Sql;
beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  session = await openSession(await reachDatabase({ data: drops.path, home: drops.path, database: database.url }));
  await prepareStage(database.sql, session.tables);
  for (const { stage, name } of session.tables) {
    await database.sql`insert into ${database.sql(stage)}.${database.sql(name)} (user_id) values ('u1'), ('u2')`;
  }
  [main, side] = [connect(database.url), connect(database.url)];
});
afterAll(async () => {
  for (const one of [main, side]) await one.end();
  await session.close();
  drops.remove();
  await database.drop();
});

/** Tasks that say who did them. */
class Watched extends Tasks {
  readonly beside: boolean[] = [];
  override add<Result>(work: (tx: Transaction, isBeside: boolean) => Promise<Result>): Task<Result> {
    return super.add((tx, isBeside) => {
      this.beside.push(isBeside);
      return work(tx, isBeside);
    });
  }
}

const exists = { type: "expect_column_to_exist", kwargs: { column: "user_id" } };
const oneOfTwo = { type: "expect_column_values_to_be_in_set", kwargs: { column: "user_id", value_set: ["u1"] } };
/** Told by what only the run's own transaction sees. */
const ofTheRun = {
  type: "unexpected_rows_expectation",
  kwargs: { unexpected_rows_query: "select 1 where not exists (select from users where user_id = 'u1')" },
};

/** The verdicts, in the order in which they are told, with `expectations` for the users and two for each other table. */
async function validated(expectations: readonly object[], tasks: Tasks) {
  const tables = await ruledTables(database.sql, session.tables);
  const suites = new Map(
    tables.map(({ name }) => {
      const asked = name === "users" ? expectations : [exists, oneOfTwo];
      return [name, parseSuite(JSON.stringify({ name, expectations: asked }), name, {})];
    }),
  );
  const told: EventBody[] = [];
  const record = emptyRecord();
  const { signal } = new AbortController();
  const emit = (event: EventBody) => void told.push(event);
  await rolledBack(main, async (tx) => {
    await tx`insert into users (user_id) values ('u1'), ('u2')`;
    await validate({ tx, tables, suites, record, emit, signal, tasks });
  });
  const verdicts = record.verdicts.map(({ table, type, success }) => `${table} ${type} ${success}`);
  return { told, verdicts };
}

test("what reads staged rows alone is evaluated by whoever is free, and told as if by one", async () => {
  const tasks = new Watched(side);
  const two = await validated([exists, oneOfTwo], tasks);
  expect(tasks.beside).toHaveLength(session.tables.length);
  expect(tasks.beside).toContain(true);
  const one = await validated([exists, oneOfTwo], new Tasks(null));
  expect(one.verdicts).toHaveLength(2 * session.tables.length);
  expect(two).toEqual(one);
});

test("what an author wrote is evaluated by the run itself, for it may read what the run has written", async () => {
  const tasks = new Watched(side);
  const { verdicts } = await validated([ofTheRun], tasks);
  expect(verdicts[0]).toBe("users unexpected_rows_expectation true");
  expect(tasks.beside).toHaveLength(session.tables.length - 1);
});
