import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isLineageAsked } from "../../src/outlets/lineage/settings.ts";
import { transportOf } from "../../src/outlets/lineage/transport.ts";

const folder = mkdtempSync(join(tmpdir(), "streamflow-lineage-"));
let server: Bun.Server<undefined> | undefined;
afterEach(async () => {
  await server?.stop(true);
  rmSync(folder, { recursive: true, force: true });
});

test("it is asked for by a server's URL or a kind of transport, and not when it is disabled", () => {
  expect(isLineageAsked({})).toBe(false);
  expect(isLineageAsked({ OPENLINEAGE_URL: "http://a" })).toBe(true);
  expect(isLineageAsked({ OPENLINEAGE__TRANSPORT__TYPE: "file" })).toBe(true);
  expect(isLineageAsked({ OPENLINEAGE_URL: "http://a", OPENLINEAGE_DISABLED: "True" })).toBe(false);
});

test("a server gets it at its endpoint, with the key, and is told by its host when it does not take it", async () => {
  const got: { path: string; authorization: string | null; event: unknown }[] = [];
  let status = 201;
  server = Bun.serve({
    port: 0,
    async fetch(request) {
      const authorization = request.headers.get("authorization");
      got.push({ path: new URL(request.url).pathname, authorization, event: await request.json() });
      return new Response("", { status });
    },
  });
  const base = `http://127.0.0.1:${server.port}`;
  const usual = transportOf({ OPENLINEAGE_URL: base, OPENLINEAGE_API_KEY: "k3y" });
  expect(await usual({ a: 1 })).toBeNull();
  const elsewhere = transportOf({ OPENLINEAGE_URL: `${base}/at/`, OPENLINEAGE_ENDPOINT: "lineage" });
  expect(await elsewhere({ a: 2 })).toBeNull();
  expect(got).toEqual([
    { path: "/api/v1/lineage", authorization: "Bearer k3y", event: { a: 1 } },
    { path: "/at/lineage", authorization: null, event: { a: 2 } },
  ]);
  status = 401;
  expect(await usual({ a: 3 })).toBe(`127.0.0.1:${server.port} answered 401`);
});

test("a file gets a line for each, or each a file of its own", async () => {
  const path = join(mkdtempSync(`${folder}-`), "events");
  const named = { OPENLINEAGE__TRANSPORT__TYPE: "file", OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: path };
  try {
    const lines = transportOf({ ...named, OPENLINEAGE__TRANSPORT__APPEND: "true" });
    expect([await lines({ a: 1 }), await lines({ a: 2 })]).toEqual([null, null]);
    expect(readFileSync(path, "utf8")).toBe('{"a":1}\n{"a":2}\n');
    const files = transportOf(named);
    expect([await files({ a: 1 }), await files({ a: 2 })]).toEqual([null, null]);
    expect(readdirSync(join(path, "..")).filter((name) => /^events-\d{8}-\d{6}\.\d{6}\.json$/.test(name)).length).toBe(
      2,
    );
    expect(await transportOf({ ...named, OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: "/nowhere/x" })({})).toContain(
      "/nowhere/x",
    );
  } finally {
    rmSync(join(path, ".."), { recursive: true, force: true });
  }
});

test("what is asked for by half, or of another kind, is a usage error", () => {
  expect(() => transportOf({ OPENLINEAGE__TRANSPORT__TYPE: "kafka" })).toThrow("kafka");
  expect(() => transportOf({ OPENLINEAGE__TRANSPORT__TYPE: "file" })).toThrow("LOG_FILE_PATH");
  expect(() => transportOf({ OPENLINEAGE_URL: "localhost" })).toThrow("OPENLINEAGE_URL");
});
