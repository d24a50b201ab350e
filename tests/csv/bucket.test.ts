import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { ConsoleError } from "../../src/core/errors.ts";
import { dropFiles } from "../../src/csv/drop/files.ts";
import { isThere, listMonths } from "../../src/csv/drop/months.ts";
import { openRegular, sha256Of, statsNow } from "../../src/csv/files/regular-file.ts";
import { SourceFault } from "../../src/csv/files/source-fault.ts";
import { zipMembers } from "../../src/csv/files/zip.ts";
import { hasChanged } from "../../src/csv/source.ts";
import { authority, vouchedFor } from "../helpers/certificates.ts";
import { type FaultyProxy, faultyProxy, refusing } from "../helpers/faulty-proxy.ts";
import { bucket, type ObjectStore, objectStore, storeVariables } from "../helpers/object-store.ts";
import { zipOf } from "../helpers/zip.ts";

/** Drops in a bucket: listed, looked at and read as files are, through a proxy that has its faults. */

setDefaultTimeout(60_000);
let store: ObjectStore;
let proxy: FaultyProxy;
const before = { ...process.env };
beforeAll(async () => {
  store = await objectStore();
});
afterAll(() => store.stop());
beforeEach(() => {
  proxy = faultyProxy(store.url);
  Object.assign(process.env, storeVariables(proxy.url));
});
afterEach(() => {
  proxy.stop();
  for (const name of Object.keys(storeVariables(""))) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

const at = (key: string) => `s3://${bucket}/${key}`;
/** No two pieces of it are alike. */
const bytesOf = (length: number) => {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 7 + (index >> 9)) & 0xff;
  return bytes;
};
const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("five hundred months are listed in a request for each thousand objects", async () => {
  const tables = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, file: `${name}.csv` }));
  const months = Array.from({ length: 500 }, (_, index) => `month_${String(index).padStart(3, "0")}`);
  await Promise.all(months.flatMap((month) => tables.map(({ file }) => store.put(`many/${month}/${file}`, file))));
  const found = await listMonths(at("many"), "2024-01");
  const files = await Promise.all([...found.values()].map(([folder = ""]) => dropFiles(at("many"), folder, tables)));
  expect(files.flat()).toHaveLength(3_000);
  expect(files.flat().every(({ fault, bytes }) => fault === null && bytes === 5)).toBe(true);
  expect(files[0]?.[0]).toMatchObject({ path: at("many/month_000/a.csv"), present: true });
  // A server may say that there is more, and then that there is none.
  expect(proxy.requests.length).toBeLessThanOrEqual(4);
  expect(proxy.requests.every((request) => request.endsWith("list"))).toBe(true);
});

test("a bucket says what is there, by names that are hard to sign, too", async () => {
  const odd = "ü é+&1#?%25.csv";
  await store.put(`odd/month_000/${odd}`, "x\n");
  await store.put("odd/month_000/inner/t.csv", "x\n");
  await store.put("odd/notes.txt", "no month");
  const wanted = [odd, "inner", "users.csv"].map((file) => ({ name: file, file }));
  expect([...(await listMonths(at("odd/"), "2024-01"))]).toEqual([["month_000", ["month_000"]]]);
  const [named, folder, missing] = await dropFiles(at("odd"), "month_000", wanted);
  expect(named).toMatchObject({ bytes: 2, fault: null });
  expect(folder?.fault).toMatchObject({ code: "file_unreadable", reason: "a folder, not a file" });
  expect(missing).toMatchObject({ present: false, fault: { code: "file_missing" } });
  expect(await sha256Of(named?.path ?? "")).toBe(hashOf(Buffer.from("x\n")));
  expect(await isThere(at("nowhere"))).toBe(false);
});

describe("an object is read", () => {
  test("as an archive whose directory is in two pieces of it", async () => {
    const parts = [0, 1, 2].map((nth): [string, Buffer] => [`part_${nth}.csv`, bytesOf(100_000 + nth)]);
    await store.put("archive.zip", zipOf(Object.fromEntries(parts), true));
    const members = await zipMembers(at("archive.zip"));
    expect(members.map(({ name, bytes }) => [name, bytes])).toEqual(parts.map(([name, { length }]) => [name, length]));
  });

  test.each([0, 1, 256 * 1024, 256 * 1024 + 1, 9_000_000])("whole, of %d bytes", async (length) => {
    const bytes = bytesOf(length);
    await store.put("whole.csv", bytes);
    expect(await sha256Of(at("whole.csv"))).toBe(hashOf(bytes));
  });

  test("on from where a connection was lost, at most three times", async () => {
    const bytes = bytesOf(9_000_000);
    await store.put("cut.csv", bytes);
    let cuts = 0;
    proxy.cutAfter = (request) => (/bytes=(262144|4456448)-/.test(request) && cuts++ < 2 ? 1_000_000 : null);
    expect(await sha256Of(at("cut.csv"))).toBe(hashOf(bytes));
    const ranges = proxy.requests.map((request) => Number(/bytes=(\d+)/.exec(request)?.[1]));
    expect(ranges).toHaveLength(6);
    // Two of them begin within what was asked for before.
    expect(ranges.filter((start) => ![0, 262_144, 4_456_448, 8_650_752].includes(start))).toHaveLength(2);
    proxy.requests.length = 0;
    proxy.cutAfter = (request) => (request.includes("bytes=0-") ? null : 1_000);
    const error = await sha256Of(at("cut.csv")).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "io_error", exitCode: 3 });
    expect(error.title).toContain("cannot be read, in four tries: the connection failed");
  });

  test("as what it was when it was opened, or not at all", async () => {
    await store.put("t.csv", bytesOf(600_000));
    const { handle, stats } = await openRegular(at("t.csv"));
    const read = (position: number) => handle.read(Buffer.alloc(10), 0, 10, position);
    expect((await read(0)).bytesRead).toBe(10);
    expect(await hasChanged(at("t.csv"), stats)).toBe(false);
    await store.put("t.csv", Buffer.alloc(600_000, 1));
    expect(await hasChanged(at("t.csv"), stats)).toBe(true);
    expect(await read(300_000).catch((thrown) => thrown)).toMatchObject({ code: "file_changed" });
    await store.remove("t.csv");
    expect(await hasChanged(at("t.csv"), stats)).toBe(true);
    expect(await statsNow(at("t.csv"))).toBe(null);
    const gone = await openRegular(at("t.csv")).catch((thrown) => thrown);
    expect(gone).toBeInstanceOf(SourceFault);
    expect(gone).toMatchObject({ code: "file_missing" });
    await handle.close();
  });
});

describe("what the server refuses has its own words, and no secret in them", () => {
  const { certificate: cert, key } = vouchedFor("127.0.0.1", authority("nobody"), ["localhost"]);
  const page = () => new Response("<html>Sign in</html>");
  const stranger = Bun.serve({ port: 0, hostname: "127.0.0.1", tls: { cert, key }, fetch: page });
  const pages = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: page });
  const others = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("none", { status: 404 }) });
  afterAll(() => Promise.all([stranger, pages, others].map((one) => one.stop(true))));

  test.each([
    [403, "AccessDenied", "These credentials may not read", "s3:GetObject"],
    [403, "InvalidAccessKeyId", "does not know the access key", "AWS_ACCESS_KEY_ID"],
    [403, "SignatureDoesNotMatch", "The secret key for", "AWS_SECRET_ACCESS_KEY"],
    [400, "ExpiredToken", "have expired", "AWS_SESSION_TOKEN"],
    // As MinIO calls it.
    [403, "InvalidTokenId", "have expired", "AWS_SESSION_TOKEN"],
    [403, "RequestTimeTooSkewed", "The clock of this machine", "Set the clock"],
    [404, "NoSuchBucket", "There is no bucket", "AWS_ENDPOINT_URL"],
    [301, "PermanentRedirect", "is in another region", "AWS_REGION"],
    [400, "Strange", "its server answered 400 Strange", "See that the server"],
  ])("%d %s", async (status, code, title, hint) => {
    await store.put("words/month_000/t.csv", "x\n");
    for (const [shown, ask] of Object.entries({
      listing: () => listMonths(at("words"), "2024-01"),
      reading: () => openRegular(at("words/month_000/t.csv")),
    })) {
      proxy.instead = () => refusing(status, code);
      const error = await ask().catch((thrown: unknown) => thrown);
      expect(error, shown).toBeInstanceOf(ConsoleError);
      const { title: told, hint: remedy } = error as ConsoleError;
      // Bun's own client of S3 tells the code alone.
      expect(told.replace("answered Strange", "answered 400 Strange"), shown).toContain(title);
      expect(remedy, shown).toContain(hint);
      expect(`${told} ${remedy}`).not.toMatch(/Signature=|X-Amz|EXAMPLE|http:/);
    }
  });

  test.each([
    [
      "no server",
      () => "http://127.0.0.1:1",
      "in four tries: the connection failed (ConnectionRefused)",
      "AWS_ENDPOINT_URL",
    ],
    ["one without TLS", () => proxy.url.replace("http:", "https:"), "does not speak TLS", "Write http://"],
    ["one that nobody vouches for", () => `https://127.0.0.1:${stranger.port}`, "certificate", "NODE_EXTRA_CA_CERTS"],
    ["one of web pages", () => `http://127.0.0.1:${pages.port}`, "is no object store", "Correct AWS_ENDPOINT_URL"],
    ["one of other pages", () => `http://127.0.0.1:${others.port}`, "There is no bucket", "AWS_ENDPOINT_URL"],
  ])("an endpoint with %s", async (_what, url, title, hint) => {
    Object.assign(process.env, storeVariables(url()));
    const error = await listMonths(at("words"), "2024-01").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "io_error",
      title: expect.stringContaining(title),
      hint: expect.stringContaining(hint),
    });
  });

  test("a server that has too much to do is asked again", async () => {
    await store.put("busy/month_000/t.csv", "x\n");
    let times = 0;
    proxy.instead = () => (times++ < 2 ? refusing(503, "SlowDown") : null);
    expect([...(await listMonths(at("busy"), "2024-01")).keys()]).toEqual(["month_000"]);
    times = 0;
    expect(await sha256Of(at("busy/month_000/t.csv"))).toBe(hashOf(Buffer.from("x\n")));
  });

  test("without credentials nothing is asked", async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "" });
    expect(await listMonths(at("m"), "2024-01").catch((thrown) => thrown)).toMatchObject({
      code: "usage",
      hint: expect.stringContaining("AWS_ACCESS_KEY_ID"),
    });
    expect(proxy.requests).toEqual([]);
  });
});
