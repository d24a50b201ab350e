import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrop } from "../../../data/generate/drop.ts";
import { connect } from "../../../src/postgres/connection/connect.ts";
import { copyInto } from "../../../src/postgres/connection/copy.ts";
import { migrated } from "../../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { openProxy, urlBy } from "./proxy.ts";
import { report } from "./report.ts";
import { watchRun } from "./watched-run.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
let data = "";
beforeAll(async () => {
  database = await testDatabase(migrated);
  data = mkdtempSync(join(tmpdir(), "bench-profile-test-"));
  writeDrop({ seed: 3, users: 50 }, 0, data);
});
afterAll(async () => {
  rmSync(data, { recursive: true, force: true });
  await database.drop();
});

const watch = (month: string) =>
  watchRun(database.url, ["--month", month, "--data", data, "--home", join(data, "home")]);

test("statements pass unchanged, and are told as they were", async () => {
  const proxy = await openProxy(database.url, () => performance.now());
  const sql = connect(proxy.url, { max: 2 });
  const large = "x".repeat(1_000_000);
  await Promise.all([sql`select length(${large}) as one`, sql`select 2 as two`]);
  expect([...(await sql`select length(${large}) as one`)]).toEqual([{ one: 1_000_000 }]);
  await expect(sql`select nonsense`.execute()).rejects.toThrow("nonsense");
  await sql`create table copied (id int)`;
  const copy = await copyInto(sql`copy copied from stdin`);
  await copy.write(Buffer.from("1\n2\n"));
  expect(await copy.finish()).toBe(2);
  await sql.end();
  await proxy.close();
  expect(proxy.conversations).toHaveLength(2);
  const statements = proxy.conversations.flatMap(({ statements }) => statements);
  expect(statements.filter(({ outcome }) => outcome === "unanswered")).toEqual([]);
  expect(statements.find(({ text }) => text === "select nonsense")?.outcome).toBe("failed");
  expect(statements.find(({ text }) => text.startsWith("copy"))).toMatchObject({ rows: 2, copiedBytes: 4 });
  expect(statements.filter(({ text }) => text.startsWith("select length"))).toHaveLength(2);
});

test("a whole run of the console, from its start to its exit", async () => {
  const run = await watch("month_000");
  expect(run.statements.filter(({ text }) => text.startsWith("copy")).map(({ rows }) => rows)).toEqual(
    Array.from({ length: 6 }, () => 50),
  );
  expect(run.statements.map(({ outcome }) => outcome)).not.toContain("unanswered");
  expect(run.stages.map(({ name }) => name)).toEqual(["ingest", "upsert", "validate", "snapshot"]);
  expect(run.cpu.user).toBeGreaterThan(0);
  const lines = report("A heading.", run).split("\n");
  expect(lines).toContainEqual(
    expect.stringMatching(/^\| start +\| +[\d.]+ \| .* \| select pg_backend_pid\(\) as pid/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^\| all +\|/));
  expect(lines).toContainEqual(expect.stringMatching(/^\| round trips +\| +\d+ \|$/));
});

test("a console that fails is told of", async () => {
  await expect(watch("month_007")).rejects.toThrow("The console left with");
});

describe("encryption", () => {
  test("is refused with what to do, for nothing could be read", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.write("S")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const proxy = await openProxy(`postgresql://me@127.0.0.1:${port}/app`, () => 0);
    const client = connectSocket({ host: "127.0.0.1", port: Number(/port=(\d+)/.exec(proxy.url)?.[1]) });
    client.write(Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47));
    await expect(proxy.unreadable).rejects.toThrow("encrypted");
    client.destroy();
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });
});

test("another place keeps the rest of a URL", () => {
  expect(urlBy("postgresql://me@/mine?host=/run/x&port=5432", "/tmp/y", 7)).toBe(
    "postgresql://me@/mine?host=%2Ftmp%2Fy&port=7",
  );
  expect(urlBy("postgresql://me:word@server:5433/b?sslmode=disable", "127.0.0.1", 7)).toBe(
    "postgresql://me:word@/b?host=127.0.0.1&port=7&sslmode=disable",
  );
  expect(urlBy("postgresql://server", "127.0.0.1", 7)).toBe("postgresql://?host=127.0.0.1&port=7");
});
