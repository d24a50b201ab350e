import { afterEach, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { codeOf } from "../../src/core/errors.ts";
import { Line } from "../../src/postgres/target/line.ts";
import { authority, vouchedFor } from "../helpers/certificates.ts";

/** Bun's sockets, as the driver uses Node's. */

const { key, certificate: cert } = vouchedFor("the server", authority("its authority"), ["localhost"]);
const versions = { minVersion: 0x0303, maxVersion: 0x0304 };

let server: Server | null = null;
afterEach(() => {
  server?.close();
  server = null;
});

/** A line to a server of this one's own, by TLS or without, and the server's end of it. */
async function joined(isSecret: boolean): Promise<{ line: Line; other: Socket }> {
  const { promise: taken, resolve } = Promise.withResolvers<Socket>();
  const listening = Promise.withResolvers<void>();
  // A line that has said all still hears what the server says.
  const options = { allowHalfOpen: true };
  server = isSecret ? createTlsServer({ ...options, key, cert }, resolve) : createServer(options, resolve);
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const line = await Line.to({ hostname: "127.0.0.1", port });
  if (isSecret) expect((await line.secure(versions)).doubt).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  return { line, other: await taken };
}

const closed = (line: Line) => new Promise<boolean>((resolve) => line.once("close", resolve));

describe.each([
  ["plain", false],
  ["by TLS", true],
])("%s", (_, isSecret) => {
  test("what is written arrives in its order, however much, and each write is told once it was sent", async () => {
    const { line, other } = await joined(isSecret);
    const pieces = Array.from({ length: 40 }, (_, index) => new Uint8Array(300_000).fill(index));
    const sent: number[] = [];
    other.pause();
    const isAllSent = pieces.map((piece, index) => line.write(piece, () => sent.push(index)));
    // More than the system keeps: the rest waits for whoever reads.
    expect(isAllSent[0] === false || isAllSent.includes(false)).toBe(true);
    const room = new Promise<void>((resolve) => line.once("drain", () => resolve()));
    const got: Buffer[] = [];
    const all = new Promise<void>((resolve) => other.on("end", resolve));
    other.on("data", (bytes) => got.push(Buffer.from(bytes))).resume();
    await room;
    line.end(Buffer.from("last"));
    await all;
    expect(Buffer.concat(got).equals(Buffer.concat([...pieces, Buffer.from("last")]))).toBe(true);
    expect(sent).toEqual(pieces.map((_, index) => index));
    other.end();
    expect(await closed(line)).toBe(false);
  });

  test("once it has said all, it hears what is still said, and is closed when the server hangs up", async () => {
    const { line, other } = await joined(isSecret);
    const heard: string[] = [];
    line.on("data", (bytes) => heard.push(String(bytes)));
    const gone = closed(line);
    other.on("end", () => other.end("farewell"));
    other.resume();
    line.end(Buffer.from("over"));
    expect([line.readyState, line.write(Buffer.from("more"))]).toEqual(["readOnly", false]);
    expect(await gone).toBe(false);
    expect([heard.join(""), line.readyState]).toEqual(["farewell", "closed"]);
  });

  test("what breaks it is told before its end, and to whom waits for a write", async () => {
    const { line, other } = await joined(isSecret);
    const told: unknown[] = [];
    line.on("error", (error) => told.push(codeOf(error)));
    const gone = closed(line);
    other.resetAndDestroy();
    expect([await gone, ...told]).toEqual([true, "ECONNRESET"]);
    const unsent = await new Promise((resolve) => line.write(Buffer.from("x"), resolve));
    expect(codeOf(unsent)).toBe("EPIPE");
  });

  test("it is hung up at once, with a reason or without", async () => {
    for (const error of [undefined, new Error("enough")]) {
      const { line, other } = await joined(isSecret);
      const told: unknown[] = [];
      line.on("error", (reason) => told.push(reason));
      const [gone, end] = [closed(line), new Promise<void>((resolve) => other.resume().on("close", () => resolve()))];
      other.on("end", () => other.end());
      line.destroy(error);
      expect(line.destroyed).toBe(true);
      // Told later, as whoever hangs up may go on to listen for it.
      expect(told).toEqual([]);
      expect([await gone, ...told]).toEqual(error === undefined ? [false] : [true, error]);
      await end;
    }
  });

  test("nothing is heard while it is paused, and nothing lost", async () => {
    const { line, other } = await joined(isSecret);
    const heard: Buffer[] = [];
    line.pause();
    line.on("data", (bytes) => heard.push(bytes));
    const whole = Buffer.alloc(2_000_000, "x");
    other.end(whole);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([]);
    const gone = closed(line);
    line.resume();
    await gone;
    expect(Buffer.concat(heard).equals(whole)).toBe(true);
  });
});

test("where nothing listens, that is the reason; one that is broken says so to whoever listens later", async () => {
  expect(await Line.to({ unix: "/nonexistent/.s.PGSQL.5432" }).catch(codeOf)).toBe("ENOENT");
  expect(await Line.to({ hostname: "127.0.0.1", port: 1 }).catch(codeOf)).toBe("ECONNREFUSED");
  const line = Line.broken(new Error("never made"));
  const error = new Promise<Error>((resolve) => line.once("error", resolve));
  const gone = closed(line);
  expect([(await error).message, await gone]).toEqual(["never made", true]);
});

test.each([
  ["hangs up", (socket: Bun.Socket) => void socket.end(), "ECONNRESET"],
  ["speaks something else", (socket: Bun.Socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), "EPROTO"],
])("asked to go on by TLS, whoever %s has shown nothing", async (_, data, code) => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data } });
  const line = await Line.to({ hostname: "127.0.0.1", port: listener.port });
  expect(await line.secure(versions).catch(codeOf)).toBe(code);
  line.destroy();
  listener.stop(true);
});
