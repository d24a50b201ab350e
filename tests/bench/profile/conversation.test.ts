import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Conversation } from "./conversation.ts";
import { made, ready, startup, tlsRequest } from "./made-messages.ts";
import { MessageReader } from "./messages.ts";

/** What was said by whom, each at its own millisecond: 0, 1, 2 and so on. */
type Said = readonly ["client" | "server", ...Uint8Array[]];

function listen(...said: readonly Said[]): Conversation {
  const conversation = new Conversation(1);
  let at = 0;
  const server = new MessageReader("server", (message) => conversation.answered(message, at));
  const client = new MessageReader("client", (message) => {
    if (message.kind === "tls?") server.expectByte();
    conversation.sent(message, at);
  });
  client.read(startup);
  server.read(Buffer.concat([made("R", 0), ready]));
  for (const [side, ...messages] of said) {
    at++;
    (side === "client" ? client : server).read(Buffer.concat(messages));
  }
  return conversation;
}

/** All but the beginning. */
function statementsOf({ statements }: Conversation) {
  return statements.slice(1).map(({ text, began, waits, rows, outcome }) => ({ text, began, waits, rows, outcome }));
}

const sync = made("S");
const parse = (text: string, name = "") => made("P", name, text);
const run = (name = "") => [made("B", "", name), made("E", "", 0), sync];
const describeStatement = made("D", Buffer.from("S"), "");
const answer = (...between: Uint8Array[]) => [made("2"), ...between, ready];
const row = made("D", 0);
const tag = (text: string) => made("C", text);

test("a query is waited for until the server is ready", () => {
  const conversation = listen(["client", made("Q", "select 1")], ["server", row, tag("SELECT 1")], ["server", ready]);
  expect(statementsOf(conversation)).toEqual([
    { text: "select 1", began: 1, waits: [[1, 3]], rows: 1, outcome: "answered" },
  ]);
  expect(conversation.roundTrips).toBe(2);
});

test("a statement that is described first costs two round trips, and the time between them is the client's", () => {
  const conversation = listen(
    ["client", parse("select $1"), describeStatement, made("H")],
    ["server", made("1"), made("t", 0), made("T", 0)],
    ["client"],
    ["client", ...run()],
    ["server", ...answer(row, row, tag("SELECT 2"))],
  );
  expect(statementsOf(conversation)).toEqual([
    {
      text: "select $1",
      began: 1,
      waits: [
        [1, 2],
        [4, 5],
      ],
      rows: 2,
      outcome: "answered",
    },
  ]);
  expect(conversation.roundTrips).toBe(3);
});

test("statements sent before the first is answered are worked on one after the other", () => {
  const conversation = listen(
    ["client", parse("one", "a"), ...run("a")],
    ["client", parse("two", "b"), ...run("b")],
    ["server", made("1"), ...answer(tag("INSERT 0 5"))],
    ["server", made("1")],
    ["server", ...answer(tag("UPDATE 7"))],
    ["client", ...run("a")],
    ["server", ...answer(tag("INSERT 0 1"))],
  );
  expect(statementsOf(conversation)).toEqual([
    { text: "one", began: 1, waits: [[1, 3]], rows: 5, outcome: "answered" },
    { text: "two", began: 2, waits: [[3, 5]], rows: 7, outcome: "answered" },
    { text: "one", began: 6, waits: [[6, 7]], rows: 1, outcome: "answered" },
  ]);
  expect(conversation.roundTrips).toBe(3);
});

test("several under one Sync, the second of which fails: the third is never run", () => {
  const [one, two, three] = ["one", "two", "three"].map((text) => [parse(text), ...run().slice(0, 2)]) as [
    Uint8Array[],
    Uint8Array[],
    Uint8Array[],
  ];
  const conversation = listen(
    ["client", ...one, ...two, ...three, sync],
    ["server", made("1"), made("2"), tag("SELECT 0")],
    ["server", made("1"), made("2"), made("E", "")],
    ["server", ready],
    ["client", made("Q", "rollback")],
    ["server", tag("ROLLBACK"), ready],
  );
  expect(statementsOf(conversation).map(({ text, waits, outcome }) => [text, outcome, waits])).toEqual([
    ["one", "answered", [[1, 2]]],
    ["two", "failed", [[2, 3]]],
    ["three", "skipped", [[3, 4]]],
    ["rollback", "answered", [[5, 6]]],
  ]);
});

test("an error before there was a Sync", () => {
  const conversation = listen(
    ["client", parse("broken"), describeStatement, made("H")],
    ["server", made("E", "")],
    ["client", ...run()],
    ["server", ready],
    ["client", made("Q", "select 1")],
    ["server", tag("SELECT 1"), ready],
  );
  expect(statementsOf(conversation).map(({ text, outcome }) => [text, outcome])).toEqual([
    ["broken", "failed"],
    ["select 1", "answered"],
  ]);
});

describe("a COPY", () => {
  const data = made("d", "1,2");

  test.each([
    ["as a query", [made("Q", "copy t from stdin")], [tag("COPY 2"), ready], []],
    // The server ignores the Sync that came with the statement, and answers the one after the data.
    ["as a statement with parameters", [parse("copy t from stdin"), ...run()], [tag("COPY 2"), ready], [sync]],
  ])("%s: bytes are counted, and sending them is no waiting", (_, asked, done, after) => {
    const answered = asked.length > 1 ? [made("1"), made("2")] : [];
    const conversation = listen(
      ["client", ...asked],
      ["server", ...answered, made("G", 0)],
      ["client", data],
      ["client", data],
      ["client", made("c"), ...after],
      ["server", ...done],
    );
    const [copy] = conversation.statements.slice(1);
    expect(copy).toMatchObject({ text: "copy t from stdin", rows: 2, copiedBytes: 8, outcome: "answered" });
    expect(copy?.waits).toEqual([
      [1, 2],
      [5, 6],
    ]);
    expect(copy?.copying).toEqual([[2, 5]]);
  });

  test("that the server refuses half way", () => {
    const conversation = listen(
      ["client", made("Q", "copy t from stdin")],
      ["server", made("G", 0)],
      ["client", data],
      ["server", made("E", "")],
      ["client", data, made("c")],
      ["server", ready],
    );
    expect(conversation.statements.at(-1)).toMatchObject({ outcome: "failed", copying: [[2, 4]] });
  });

  test("out of the server", () => {
    const conversation = listen(
      ["client", made("Q", "copy t to stdout")],
      ["server", made("H", 0), data, data, made("c"), tag("COPY 2"), ready],
    );
    expect(conversation.statements.at(-1)).toMatchObject({ rows: 2, copiedBytes: 8, waits: [[1, 2]] });
  });
});

test("a password is asked for and given: two waits", () => {
  const conversation = new Conversation(1);
  const server = new MessageReader("server", (message) => conversation.answered(message, 10));
  const client = new MessageReader("client", (message) => conversation.sent(message, 0));
  client.read(startup);
  server.read(made("R", 3));
  client.read(made("p", "secret"));
  server.read(Buffer.concat([made("R", 0), ready]));
  expect(conversation.roundTrips).toBe(2);
  expect(conversation.statements.map(({ text }) => text)).toEqual(["(connect)"]);
});

test("whether there is TLS is a question of its own", () => {
  const conversation = new Conversation(1);
  const server = new MessageReader("server", (message) => conversation.answered(message, 1));
  new MessageReader("client", (message) => {
    server.expectByte();
    conversation.sent(message, 0);
  }).read(tlsRequest);
  server.read(Buffer.from("N"));
  expect(conversation.statements).toMatchObject([{ text: "(tls?)", waits: [[0, 1]], outcome: "answered" }]);
});

test("a connection that is lost owes nothing any more", () => {
  const conversation = listen(["client", made("Q", "select 1")]);
  conversation.closed(5);
  expect(conversation.statements.at(-1)).toMatchObject({ waits: [[1, 5]], outcome: "unanswered" });
});

test("however statements are pipelined, each is answered, and no two are worked on at once", () => {
  // Which statements are sent before each answer: the answers come in between, in order.
  const anyOrder = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(anyOrder, (sends) => {
      const said: Said[] = [];
      let sent = 0;
      let answered = 0;
      const send = () => said.push(["client", parse(`s${sent++}`), ...run()]);
      const reply = () => said.push(["server", made("1"), ...answer(tag(`SELECT ${answered++}`))]);
      for (const isSend of sends) isSend || answered === sent ? send() : reply();
      while (answered < sent) reply();
      const found = statementsOf(listen(...said));
      expect(found.map(({ text, rows, outcome }) => [text, rows, outcome])).toEqual(
        Array.from({ length: sent }, (_, index) => [`s${index}`, index, "answered"]),
      );
      const spans = found.flatMap(({ waits }) => waits);
      for (const [index, [from]] of spans.entries()) expect(from).toBeGreaterThanOrEqual(spans[index - 1]?.[1] ?? 0);
    }),
  );
});
