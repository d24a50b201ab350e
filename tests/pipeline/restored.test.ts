import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { smallDrop } from "../helpers/drops.ts";
import { digest, lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { type Roles, rolesFor } from "../helpers/roles.ts";
import { type TestDatabase, testDatabase, testServerUrl } from "../helpers/server.ts";

/** What pg_dump took and pg_restore gave back, as another role's or with the roles that it had, is the same dataset. */

setDefaultTimeout(120_000);

/** The newest server that the pg_dump which is installed reads; 0 where there is none. */
function majorOfDump(): number {
  const program = Bun.which("pg_dump");
  const told = program === null ? "" : Bun.spawnSync([program, "--version"]).stdout.toString();
  return Number(/\d+/.exec(told)?.[0] ?? 0);
}

async function majorOfServer(): Promise<number> {
  const sql = connect(testServerUrl);
  const [row] = await sql`select current_setting('server_version_num')::int / 10000 as major`;
  await sql.end();
  return row?.major;
}

const isTooOld = majorOfDump() < (await majorOfServer());

function run(...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(words);
  if (exitCode !== 0) throw new Error(`${words[0]} ended with ${exitCode}: ${stderr}`);
}

describe.skipIf(isTooOld)("a dump (skipped where no pg_dump is as new as the server)", () => {
  let place: Workplace;
  let roles: Roles;
  let before: Awaited<ReturnType<typeof listingsOf>>;
  let file: string;
  beforeAll(async () => {
    place = await workplace();
    const { database, drops, pipeline } = place;
    for (const month of [0, 1, 2]) drops.write(`month_00${month}`, smallDrop(["u1", "u2", "u3"], month));
    roles = rolesFor(database);
    roles.make((await pipeline.call({ kind: "grants" })).sql);
    await withPipeline(roles.urlOf("loader"), async (loader) => {
      await ranIn(loader, ["0..1"]);
      before = await listingsOf(loader);
    });
    file = join(drops.path, "dump");
    run("pg_dump", "-Fc", "-f", file, database.url);
  });
  afterAll(async () => {
    await roles.remove();
    await place.close();
  });

  async function withPipeline(database: string, work: (pipeline: Pipeline) => Promise<void>): Promise<void> {
    const pipeline = startPipeline({ data: place.drops.path, home: `${place.drops.path}/home`, database });
    await work(pipeline).finally(() => pipeline.close());
  }

  async function listingsOf(pipeline: Pipeline) {
    const { months } = await pipeline.call({ kind: "months" });
    return {
      months: months.filter(({ month }) => month !== "month_002"),
      snapshots: (await pipeline.call({ kind: "snapshots" })).snapshots,
      runs: (await pipeline.call({ kind: "runs" })).runs,
    };
  }

  /** All is there, sealed as it was, and the next month goes on from it. */
  async function goesOn(pipeline: Pipeline): Promise<void> {
    expect(await listingsOf(pipeline)).toEqual(before);
    const { seals } = await pipeline.call({ kind: "verify", as_of: null });
    expect(seals.map(({ state }) => state)).toEqual(before.snapshots.map(() => "intact"));
    expect(lastOf(await ranIn(pipeline, ["month_001"]), "run.finished")?.status).toBe("unchanged");
    expect(lastOf(await ranIn(pipeline, ["month_000"], { force: true }), "run.failed")?.code).toBe("out_of_order");
    expect(lastOf(await ranIn(pipeline, ["month_002"]), "run.finished")?.status).toBe("published");
    const { checks } = await pipeline.call({ kind: "doctor" });
    expect(checks.filter(({ state, name }) => state !== "ok" && name !== "months")).toEqual([]);
  }

  async function restored(work: (database: TestDatabase) => Promise<void>): Promise<void> {
    const database = await testDatabase();
    await work(database).finally(() => database.drop());
  }

  test("without its owners, restored by a role that owns nothing else", () =>
    restored(async ({ sql, url }) => {
      const heir = `heir_${process.pid}`;
      const [named] = await sql`select quote_ident(current_database()) as name`;
      await sql.unsafe(`create role ${heir} login password 'x'; alter database ${named?.name} owner to ${heir}`);
      const own = url.replace(/\/\/[^@/]*@/, `//${heir}:x@`);
      try {
        run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "-d", own, file);
        expect(await digest(sql)).toBe(await digest(place.database.sql));
        await withPipeline(own, goesOn);
      } finally {
        const [own] = await sql`select quote_ident(current_user) as name`;
        // By its name: at "current_user" a Citus coordinator of 13.2 crashes.
        for (const leaving of [
          `reassign owned by ${heir} to ${own?.name}`,
          `drop owned by ${heir}`,
          `drop role ${heir}`,
        ])
          await sql.unsafe(leaving);
      }
    }));

  test("with its owners and grants: the same loader goes on", () =>
    restored(async ({ sql, url }) => {
      run("pg_restore", "--exit-on-error", "-d", url, file);
      expect(await digest(sql)).toBe(await digest(place.database.sql));
      // No dump holds that it is the owner from its login on (`alter role … in database`): a member of it does as well.
      const own = url.replace(/\/\/[^@/]*@/, `//${roles.loader}:x@`);
      await withPipeline(own, goesOn);
      const [made] = await sql`
        select tableowner as owner from pg_tables where tablename = 'labels_snapshots_20240331'`;
      expect(made?.owner).toBe(roles.owner);
    }));
});
