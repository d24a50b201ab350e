import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TCPSocketListener } from "bun";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { runRequest } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);

/** A server that hangs up on everybody, and counts them. */
let callers = 0;
let server: TCPSocketListener;
let folder: string;
let pipeline: Pipeline;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-unreachable-"));
  server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        callers++;
        socket.end();
      },
      data() {},
    },
  });
  const database = `postgresql://nobody@127.0.0.1:${server.port}/none?sslmode=disable`;
  pipeline = startPipeline({ data: folder, home: join(folder, "home"), database });
});

afterAll(async () => {
  await pipeline.close();
  server.stop(true);
  rmSync(folder, { recursive: true, force: true });
});

/** How a request ends here. */
const ways: [string, () => Promise<void>][] = [
  [
    "months",
    async () => expect(pipeline.call({ kind: "months" })).rejects.toMatchObject({ code: "database_unreachable" }),
  ],
  ["run", async () => expect((await pipeline.call(runRequest(["0"]), () => {})).exit_code).toBe(3)],
  ["doctor", async () => expect((await pipeline.call({ kind: "doctor" })).checks).toContainEqual(unreachable)],
  ["runs", async () => expect(pipeline.call({ kind: "runs" })).rejects.toMatchObject({ code: "database_unreachable" })],
];
const unreachable = expect.objectContaining({ name: "database", state: "fail" });

test.each(ways)("a database that does not answer is tried once by each request: %s", async (_kind, fails) => {
  callers = 0;
  await fails();
  expect(callers).toBe(1);
});
