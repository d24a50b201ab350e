import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { ConsoleError } from "../../src/core/errors.ts";
import { dropRoles, keeper, makeRoles } from "../helpers/decorate.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { digest, lastOf, type RunFlags, ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { unpartitioned } from "../helpers/unpartitioned.ts";

/** What others keep of a snapshot that is to go, where it goes row by row, is noticed, and everything stays as it was. */

setDefaultTimeout(60_000);
const january = "2024-01-31";
const table = "labels_snapshots";
let drops: DropFolder;
let database: TestDatabase;
let pipeline: Pipeline;

beforeAll(async () => {
  drops = dropFolder();
  await makeRoles();
});
afterAll(async () => {
  drops.remove();
  await dropRoles();
});
beforeEach(async () => {
  database = await testDatabase(unpartitioned);
  pipeline = pipelineOf(database.url);
  drops.write("month_000", smallDrop(["u1", "u2", "u3", "u4"]));
  expect(await run()).toMatchObject({ status: "published" });
});
afterEach(async () => {
  await pipeline.close();
  await database.drop();
});

const pipelineOf = (url: string) => startPipeline({ data: drops.path, home: `${drops.path}/home`, database: url });

async function run(flags?: RunFlags) {
  const events = await ranIn(pipeline, ["month_000"], flags);
  return lastOf(events, "run.failed") ?? lastOf(events, "run.finished");
}

const dropped = () =>
  pipeline.call({ kind: "retire", as_of: january }).then(
    () => null,
    ({ code, exitCode, title, hint }: ConsoleError) => ({ code, exitCode, title, hint }),
  );

async function state(): Promise<unknown> {
  const seals = await database.sql`select * from console.seals order by table_name`;
  const lifted = await database.sql`select * from console.lifted_seals`;
  return [await digest(database.sql), [...seals], [...lifted]];
}

const keeping: [what: string, keep: string, mend: string, left: number][] = [
  ["a rule", `create rule kept as on delete to ${table} do instead nothing`, `drop rule kept on ${table}`, 4],
  [
    "a trigger that leaves some out",
    `
      create function keep() returns trigger language plpgsql as
        $$ begin if old.user_id = 'u2' then return null; end if; return old; end $$;
      create trigger kept before delete on ${table} for each row execute function keep()`,
    `alter table ${table} disable trigger kept`,
    1,
  ],
  [
    "a trigger that puts some back",
    `
      create function keep() returns trigger language plpgsql as
        $$ begin insert into ${table} select old.* where old.user_id <> 'u2'; return null; end $$;
      create trigger kept after delete on ${table} for each row execute function keep()`,
    `alter table ${table} disable trigger kept`,
    3,
  ],
];

const lists = expect.stringContaining(`\`\\d+ public.${table}\` in psql`);

describe.each(keeping)("rows of a snapshot that %s keeps", (_, keep, mend, left) => {
  const title = `${table}: ${left} row${left === 1 ? " as of 2024-01-31 is" : "s as of 2024-01-31 are"} still there after they were to be removed.`;
  beforeEach(async () => {
    await database.sql.unsafe(keep);
  });

  test("keep all of its date from being dropped, until that is mended", async () => {
    const before = await state();
    expect(await dropped()).toEqual({ code: "not_as_planned", exitCode: 3, title, hint: lists });
    expect(await state()).toEqual(before);
    await database.sql.unsafe(mend);
    expect(await dropped()).toBeNull();
    expect(await database.sql`select from labels_snapshots`).toHaveLength(0);
  });

  test("keep another drop from taking its place, until that is mended", async () => {
    drops.write("month_000", smallDrop(["u1", "u2", "u3", "u4"], 5));
    const before = await state();
    expect(await run({ restamp: true })).toMatchObject({
      event: "run.failed",
      code: "not_as_planned",
      title,
      hint: lists,
    });
    expect(await state()).toEqual(before);
    await database.sql.unsafe(mend);
    expect(await run({ restamp: true })).toMatchObject({ status: "published" });
  });
});

/** What an owner with no more rights than that meets who made row security count for themselves, too. */
const policies: [string, string, string][] = [
  [
    "only keeps",
    "create policy kept on labels_snapshots as restrictive for delete using (user_id <> 'u2')",
    `${table}: 1 row as of 2024-01-31 is still there after they were to be removed.`,
  ],
  [
    "hides, too,",
    "create policy kept on labels_snapshots as restrictive using (user_id <> 'u2')",
    `${table}: of 4 rows that were sealed as of 2024-01-31, 3 could be removed.`,
  ],
];

test.each(policies)("rows that a policy %s are not said to be removed", async (_, policy, title) => {
  await database.sql.unsafe(`
    alter role ${keeper} login password 'x';
    grant all on schema public, console, stage to ${keeper};
    grant all on all tables in schema public, console, stage to ${keeper};
    alter table ${table} owner to ${keeper};
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy others on ${table} using (true);
    ${policy}`);
  const before = await state();
  await pipeline.close();
  pipeline = pipelineOf(database.url.replace(/\/\/[^@/]*@/, `//${keeper}:x@`));
  expect(await dropped()).toEqual({ code: "not_as_planned", exitCode: 3, title, hint: lists });
  expect(await state()).toEqual(before);
  await database.sql`drop policy kept on labels_snapshots`;
  expect(await dropped()).toBeNull();
  expect(await database.sql`select from labels_snapshots`).toHaveLength(0);
});
