import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { type HoldingServer, holdingServer, whoWaits } from "../helpers/held-commits.ts";
import { lastOf, runRequest } from "../helpers/pipeline.ts";

/** The way to the server is cut while it carries out a COMMIT: it does not know, and goes on. */

setDefaultTimeout(60_000);
let server: HoldingServer;
let drops: DropFolder;
let folder: string;

beforeAll(async () => {
  server = await holdingServer();
  drops = dropFolder();
  drops.write("month_000", smallDrop(["u1", "u2"]));
  folder = mkdtempSync(join(tmpdir(), "streamflow-cut-"));
});
afterEach(() => server.letGo());
afterAll(async () => {
  await server.stop();
  drops.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A way to the server that can be cut on our side of it alone. */
async function way(url: string): Promise<{ url: string; cut(): void; close(): void }> {
  const to = new URL(url.replace("@/", "@local/")).searchParams.get("host") ?? "";
  const ends: Socket[] = [];
  const all: Socket[] = [];
  const listener: Server = createServer((near) => {
    const far = createConnection(`${to}/.s.PGSQL.5432`);
    near.on("data", (data) => far.write(data));
    far.on("data", (data) => near.write(data));
    near.on("error", () => {}).on("end", () => ends.includes(near) && far.end());
    far.on("error", () => {}).on("end", () => near.end());
    ends.push(near);
    all.push(near, far);
  });
  const socket = mkdtempSync(join(folder, "s"));
  await new Promise<void>((resolve) => listener.listen(join(socket, ".s.PGSQL.5432"), resolve));
  return {
    url: url.replace(/host=[^&]*/, `host=${socket}`),
    cut: () => {
      for (const end of ends.splice(0)) end.destroy();
    },
    close: () => {
      for (const one of all) one.destroy();
      listener.close();
    },
  };
}

async function cutAtCommit(
  then: (sql: Sql, pipeline: Pipeline) => Promise<void>,
): Promise<{ exitCode: number; events: RunEvent[]; sql: Sql }> {
  const { url, sql } = await server.database();
  const there = await way(url);
  const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: there.url });
  const events: RunEvent[] = [];
  const writes = await blockWrites(url, "users");
  const running = pipeline.call(runRequest(["month_000"]), (event) => events.push(event));
  await whoWaits(sql, "Lock");
  await server.hold();
  await writes.release();
  await whoWaits(sql, "SyncRep");
  there.cut();
  await then(sql, pipeline);
  const { exit_code } = await running;
  await pipeline.close();
  there.close();
  return { exitCode: exit_code, events, sql };
}

test("and it is carried out soon after: published", async () => {
  const { exitCode, events } = await cutAtCommit(async (sql) => {
    await whoWaits(sql, "Lock");
    await server.letGo();
  });
  expect(lastOf(events, "run.failed")).toBeUndefined();
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  expect(exitCode).toBe(0);
});

test("and it goes on waiting, though cancelled: unknown", async () => {
  const { exitCode, events } = await cutAtCommit(async (_, pipeline) => {
    await pipeline.call({ kind: "cancel" });
  });
  expect(lastOf(events, "run.failed")).toMatchObject({ code: "outcome_unknown", run: 1 });
  expect(exitCode).toBe(3);
});

test.each([
  ["retire", { kind: "retire", as_of: "2024-01-31" }, "snapshots_there", 0],
  ["adopt", { kind: "adopt", confirmed: true }, "seals_there", 5],
] as const)(
  "%s whose connection is lost at its commit does not say that nothing was done, for it was",
  async (_, request, what, after) => {
    const { url, sql } = await server.database();
    const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: url });
    expect(await pipeline.call(runRequest(["month_000"]))).toEqual({ exit_code: 0 });
    if (request.kind === "adopt") await sql`truncate console.runs, console.seals, console.lifted_seals cascade`;
    // It is begun while nothing waits, and held at its commit: its first look at a table waits for us.
    const writes = await blockWrites(url, request.kind === "adopt" ? "seals" : "lifted_seals", "console");
    const asked = pipeline.call(request).catch((thrown) => thrown);
    await whoWaits(sql, "Lock");
    await server.hold();
    await writes.release();
    const backend = await whoWaits(sql, "SyncRep");
    await sql`select pg_terminate_backend(${backend}::int)`;
    const { code, hint } = await asked;
    expect(code).toBe("database_lost");
    expect(hint).not.toContain("Nothing was published");
    expect(hint).toContain("`snapshots` lists");
    await server.letGo();
    const [there] = await sql`
    select (select count(*) from usage_agg_30d_snapshots) as snapshots_there,
           (select count(*) from console.seals) as seals_there`;
    expect(there?.[what]).toBe(after);
    await pipeline.close();
  },
);
