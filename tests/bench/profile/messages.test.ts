import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { made, ready, startup, tlsRequest } from "./made-messages.ts";
import { type Message, MessageReader, numberAt, type Side, textsIn } from "./messages.ts";

function read(side: Side, chunks: readonly Uint8Array[]): Message[] {
  const messages: Message[] = [];
  const reader = new MessageReader(side, (message) => messages.push(message));
  for (const chunk of chunks) reader.read(chunk);
  return messages;
}

/** The bytes cut at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const anyMessage = fc.record({
  kind: fc.constantFrom(..."QPBEdcfSDTCZGRH123"),
  // Some are longer than what is kept of a body.
  body: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 4000, maxLength: 5000 })),
});

test("messages are the same wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.boolean(),
      (messages, places, fromClient) => {
        const bytes = Buffer.concat(messages.map(({ kind, body }) => made(kind, body)));
        const found = fromClient
          ? read("client", cut(Buffer.concat([startup, bytes]), places)).slice(1)
          : read("server", cut(bytes, places));
        const expected = messages.map(({ kind, body }) => ({ kind, size: body.length, body: body.subarray(0, 4096) }));
        expect(found.map(({ kind, size, body }) => ({ kind, size, body: [...body] }))).toEqual(
          expected.map(({ kind, size, body }) => ({ kind, size, body: [...body] })),
        );
      },
    ),
  );
});

test("a byte at a time", () => {
  const bytes = Buffer.concat([startup, made("Q", "select 1"), made("X")]);
  const found = read(
    "client",
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
  );
  expect(found.map(({ kind }) => kind)).toEqual(["startup", "Q", "X"]);
});

describe("how a connection begins", () => {
  test("a client may ask for encryption first, and start up when it was refused", () => {
    const gssRequest = made("", 80_877_104);
    const kinds = read("client", [gssRequest, tlsRequest, startup, made("S")]).map(({ kind }) => kind);
    expect(kinds).toEqual(["gss?", "tls?", "startup", "S"]);
  });

  test("a connection that cancels says nothing else", () => {
    expect(read("client", [made("", 80_877_102, 7, 8)]).map(({ kind }) => kind)).toEqual(["cancel"]);
  });

  test("the answer to it is one byte", () => {
    const messages: Message[] = [];
    const reader = new MessageReader("server", (message) => messages.push(message));
    reader.expectByte();
    reader.read(Buffer.concat([Buffer.from("N"), made("R", 0), ready]));
    expect(messages.map(({ kind }) => kind)).toEqual(["tls", "R", "Z"]);
    expect(messages[0]?.body).toEqual(Uint8Array.from(Buffer.from("N")));
  });
});

test("numbers and texts in a body", () => {
  const [message] = read("server", [made("D", 300, "first", "", "third")]);
  const body = message?.body ?? new Uint8Array();
  expect(numberAt(body, 0)).toBe(300);
  expect(textsIn(body, 4).slice(0, 3)).toEqual(["first", "", "third"]);
});
