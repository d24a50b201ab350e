import { expect, setDefaultTimeout, test } from "bun:test";
import { emptyBeside } from "../../src/pipeline/run/leave-stage.ts";
import { readDataset } from "../../src/pipeline/session/dataset.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { backendPid, tryLock } from "../../src/postgres/connection/lock.ts";
import { foundInStage, prepareStage } from "../../src/postgres/live/stage.ts";
import { tablesOf } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";

/** What a run has staged is taken away once it is over, by both of its connections. */

setDefaultTimeout(60_000);

const place = emptiedWorkplace((drops) => drops.write("month_000", smallDrop(["u1", "u2", "u3"])));

/** Each TRUNCATE of a table of the stage is noted, with the server's process that does it. */
async function noting(): Promise<AsyncDisposable> {
  const { sql } = place.database;
  const tables = await tablesOf(sql);
  await prepareStage(sql, tables);
  await sql.unsafe(`
    create table noted (name text, pid int);
    create function note() returns trigger language plpgsql as $$ begin
      insert into noted values (tg_table_name, pg_backend_pid());
      return null;
    end $$`);
  for (const { name } of tables)
    await sql`create trigger note after truncate on stage.${sql(name)} for each statement execute function note()`;
  return {
    async [Symbol.asyncDispose]() {
      await sql.unsafe("drop function note cascade; drop table noted");
    },
  };
}

test("each of both connections empties half of it", async () => {
  await using _ = await noting();
  const { database, pipeline } = place;
  const events = await ranIn(pipeline, ["month_000"]);
  expect(lastOf(events, "run.finished")).toMatchObject({ status: "published" });
  const halves =
    await database.sql`select count(distinct name)::int as tables from noted group by pid order by min(name)`;
  expect(halves.map(({ tables }) => tables)).toEqual([3, 3]);
  expect(await foundInStage(database.sql, await tablesOf(database.sql))).toEqual({ full: [], built: [] });
});

test("what is staged once another session has the lock is not emptied for the one that had it", async () => {
  const { sql, url } = place.database;
  const dataset = await readDataset({ data: place.drops.path, home: place.drops.path, database: url });
  await prepareStage(sql, await tablesOf(sql));
  const holder = connect(url);
  try {
    expect(await tryLock(holder, dataset.name)).toBe(true);
    const pid = await backendPid(holder);
    await sql`insert into stage.users (user_id) values ('u1')`;
    const found = await foundInStage(sql, await tablesOf(sql));
    const former = emptyBeside(sql, found.full, { pid: pid + 1, dataset });
    expect(await former.catch(({ code }) => code)).toBe("database_lost");
    expect(await foundInStage(sql, await tablesOf(sql))).toEqual(found);
    await emptyBeside(sql, found.full, { pid, dataset });
    expect(await foundInStage(sql, await tablesOf(sql))).toEqual({ full: [], built: [] });
  } finally {
    await holder.end();
  }
});
