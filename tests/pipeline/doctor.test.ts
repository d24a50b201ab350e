import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { dropFolder, smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { psql } from "../helpers/psql.ts";

setDefaultTimeout(30_000);

test("a database that cannot be reached is told with its remedy, and without its password", async () => {
  const drops = dropFolder();
  drops.write("month_000", smallDrop(["u1"]));
  // Nothing can listen on a socket in a folder of drops.
  const database = `postgresql://someone:secret@/db?host=${drops.path}`;
  const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database });
  try {
    const { checks } = await pipeline.call({ kind: "doctor" });
    const check = checks.find(({ name }) => name === "database");
    expect(check).toMatchObject({ state: "fail", detail: expect.stringContaining("there is no such socket") });
    expect(check?.remedy).toStartWith("Start PostgreSQL there");
    expect(JSON.stringify(checks)).not.toContain("secret");
  } finally {
    await pipeline.close();
    drops.remove();
  }
});

describe("a role that lacks rights", () => {
  const role = `doctored_${process.pid}`;
  let place: Workplace;
  let pipeline: Pipeline;
  const connectAsRole = () => {
    const database = place.database.url.replace(/\/\/[^@/]*@/, `//${role}:x@`);
    pipeline = startPipeline({ data: place.drops.path, home: `${place.drops.path}/other`, database });
  };
  afterEach(() => pipeline.close());
  beforeAll(async () => {
    place = await workplace();
    const { sql } = place.database;
    place.drops.write("month_000", smallDrop(["u1", "u2"]));
    place.drops.write("month_001", smallDrop(["u1", "u2", "u3"], 1));
    await ranIn(place.pipeline, ["month_000"]);
    await sql`create role ${sql(role)} login password 'x'`;
  });
  afterAll(async () => {
    const { sql } = place.database;
    // By its name: at "current_user" a Citus coordinator of 13.2 crashes.
    const [own] = await sql<{ name: string }[]>`select current_user as name`;
    await sql`reassign owned by ${sql(role)} to ${sql(own?.name ?? "")}`;
    await sql`drop owned by ${sql(role)}`;
    await sql`drop role ${sql(role)}`;
    await place.close();
  });

  test("is granted what doctor says, and can run then", async () => {
    const { url } = place.database;
    psql(
      url,
      `grant usage on schema console to ${role}; grant select on all tables in schema console, public to ${role};
       grant insert on labels to ${role}`,
    );
    connectAsRole();
    const privileges = async () => {
      const { checks } = await pipeline.call({ kind: "doctor" });
      return checks.find(({ name }) => name === "privileges");
    };
    const found = await privileges();
    expect(found?.detail).toContain("lacks CREATE on schema public; INSERT, UPDATE on table users, subscriptions, ");
    expect(found?.detail).toContain("ownership of subscriptions_profile_snapshots, ");
    psql(url, /superuser: (.*;)/.exec(found?.remedy ?? "")?.[1] ?? "");
    expect(await privileges()).toMatchObject({ state: "ok", remedy: null });
    const end = lastOf(await ranIn(pipeline, ["month_001"]), "run.finished");
    expect(end?.status).toBe("published");
  });

  test("is told when it may only read", async () => {
    const { sql } = place.database;
    await sql.unsafe(`alter role ${role} set default_transaction_read_only = on`);
    connectAsRole();
    const { checks } = await pipeline.call({ kind: "doctor" });
    expect(checks.find(({ name }) => name === "privileges")).toMatchObject({
      state: "fail",
      remedy: expect.stringContaining("default_transaction_read_only"),
    });
  });
});
