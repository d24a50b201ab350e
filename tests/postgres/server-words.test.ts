import { expect, test } from "bun:test";
import fc from "fast-check";
import postgres from "postgres";
import { namesFrom, ruleFrom } from "../../src/postgres/connection/errors.ts";
import { remedies, remedyOf } from "../../src/postgres/remedies/remedies.ts";
import {
  detailFrom,
  factsOf,
  hintFrom,
  messageFrom,
  nodeOf,
  type ServerError,
} from "../../src/postgres/remedies/server-words.ts";

/** What of a server's error is told, wherever in it a customer's cell stands. */

const cell = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).map((text) => `<${text}>7351<${text}>`);

/** Every class of the manual's appendix A that a statement can end with. */
const classes = "08 0A 20 21 22 23 25 26 28 2B 2D 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX".split(" ");
const state = fc.oneof(
  fc.constantFrom(...Object.values(remedies).map(({ state }) => state.padEnd(5, "0"))),
  fc.tuple(fc.constantFrom(...classes), fc.stringMatching(/^[0-9A-Z]{3}$/)).map((parts) => parts.join("")),
);

/** What PostgreSQL says of the place, with a cell in it where it shows one. */
const where = (shown: string) =>
  fc.constantFrom(
    `COPY users, line 12245: "${shown}"`,
    `COPY users, line 12245, column age: "${shown}"`,
    `COPY users, Zeile 12245, Spalte age: »${shown}«`,
    `SQL statement "insert into t values ('${shown}')"\nPL/pgSQL function public.says() line 3 at EXECUTE`,
    `PL/pgSQL function says() line 3 at RAISE\nCOPY users, line 12245: "${shown}"`,
    `JSON data, line 1: ${shown}`,
    `unnamed portal with parameters: $1 = '${shown}'`,
    `SQL function "says" statement 1\n${shown}`,
  );

const everythingOf = (error: ServerError) =>
  JSON.stringify([messageFrom(error), detailFrom(error), hintFrom(error), factsOf(error), remedyOf(error).cause]);

test("words that somebody wrote for a RAISE are never told, whatever SQLSTATE they gave them", () => {
  const property = fc.property(
    state,
    cell,
    cell.chain((shown) => fc.tuple(fc.constant(shown), where(shown))),
    (code, own, [shown, place]) => {
      const names = { schema_name: own, table_name: own, column_name: own, constraint_name: own };
      const error = { code, message: own, detail: own, hint: own, where: place, file: "pl_exec.c", ...names };
      expect(everythingOf(error)).not.toContain(own);
      expect(everythingOf(error)).not.toContain(shown);
      expect(everythingOf(error)).not.toContain("7351");
    },
  );
  fc.assert(property, { seed: Number(process.env.SEED ?? 1) });
});

test.each([
  ["22P02", 'invalid input syntax for type numeric: "7351"', undefined],
  ["22P02", "ungültige Eingabesyntax für Typ numeric: »7351«", undefined],
  ["22003", 'value "7351" is out of range for type integer', undefined],
  ["22008", 'date/time field value out of range: "7351"', undefined],
  ["22021", 'invalid byte sequence for encoding "UTF8": 0x73 0x51 7351', undefined],
  ["23505", 'duplicate key value violates unique constraint "k"', "Key (user_id)=(7351) already exists."],
  ["23503", 'violates foreign key constraint "k"', 'Key (user_id)=(7351) is not present in table "users".'],
  ["23514", 'new row for relation "t" violates check constraint "k"', "Failing row contains (7351)."],
  ["23502", 'null value in column "n"', "Failing row contains (7351, null)."],
  ["23P01", "conflicting key value", "Key (r)=([7351,7352)) conflicts with existing key (r)=([7350,7353))."],
  ["XX000", "parse error at 7351", undefined],
  ["HV00R", "7351 is no table", "7351"],
  ["38000", "it broke at 7351", "7351"],
  ["2200G", "7351", "7351"],
])("%s: what shows a value is left out: %s", (code, message, detail) => {
  expect(everythingOf({ code, message, detail, hint: detail, file: "some.c" })).not.toContain("7351");
});

test("what is of a cell of a COPY is left out, though its SQLSTATE is that of a name", () => {
  const error = { code: "42P01", message: 'relation "7351" does not exist', file: "namespace.c" };
  expect(messageFrom({ ...error, where: 'COPY t, line 3, column r: "7351"' })).toBeNull();
  expect(messageFrom({ ...error, where: "PL/pgSQL function f() line 1 at SQL statement" })).toBeNull();
  expect(messageFrom(error)).toBe(error.message);
});

test("what finds the row is told: table, key, constraint, and line and column of a COPY", () => {
  const error = {
    ...{ code: "23505", message: "", schema_name: "public", table_name: "users", constraint_name: "users_pkey" },
    ...{
      detail: "Key (user_id, day)=(7351, 1) already exists.",
      where: 'COPY users, line 9, column age: "7351"',
      file: "x.c",
    },
  };
  expect(factsOf(error)).toEqual([
    "SQLSTATE 23505",
    "table public.users",
    "key user_id, day",
    "constraint users_pkey",
    "COPY users, line 9, column age",
  ]);
});

test("what another server says by way of a foreign table is left out, but for why it cannot be reached", () => {
  const said = { message: "7351", detail: "7351", file: "connection.c" };
  expect(everythingOf({ ...said, code: "42501", where: "remote SQL command: SELECT '7351'" })).not.toContain("7351");
  expect(messageFrom({ ...said, code: "08001", message: 'could not connect to server "away"' })).toContain("away");
});

test.each([
  ["23514", 'new row for relation "s_102008" violates check constraint "few"', "a row breaks few of s", "s"],
  ["23P01", 'conflicting key value violates exclusion constraint "apart_102008"', "a row breaks apart", undefined],
  ["23514", 'no partition of relation "s_102008" found for row', "a row breaks a rule of s", "s"],
  [
    "23502",
    'null value in column "n" of relation "s_102008" violates not-null constraint',
    "a row of s has nothing in n, which wants a value",
    "s",
  ],
])("of a rule that a row broke on a cluster's node there are its words alone: %s %s", (code, message, words, table) => {
  const where = "while executing command on 10.0.0.2:5432";
  const error = Object.assign(new postgres.PostgresError(message), { code, message, where, file: "remote_commands.c" });
  expect(ruleFrom(error)).toEqual({ words });
  expect(namesFrom(error).TABLE).toBe(table);
  // Of this server, which names a rule where there is one.
  expect(ruleFrom(Object.assign(error, { where: "" }))).toBeNull();
});

test("what a cluster's node says is told with the node, and by the table's own name", () => {
  const where = "while executing command on db-2.example.org:5433";
  const refused = {
    ...{
      code: "23503",
      message: 'insert or update on table "labels_102053" violates a key',
      where,
      file: "ri_triggers.c",
    },
    ...{ table_name: "labels_snapshots_20240131_102053", constraint_name: "labels_user_id_fkey_102053" },
  };
  expect(messageFrom(refused as ServerError)).toBe('insert or update on table "labels" violates a key');
  expect(factsOf(refused as ServerError)).toEqual([
    ...["SQLSTATE 23503", "table labels_snapshots_20240131", "constraint labels_user_id_fkey"],
    "node db-2.example.org:5433",
  ]);
  const message =
    "connection to the remote node me@10.0.0.2:5432 failed with the following error: timeout\n\tIs it there?";
  const unreachable = { code: "08006", message, where: "" } as ServerError;
  expect(messageFrom(unreachable)).toBe(message.split("\n")[0] ?? "");
  expect(nodeOf(unreachable)).toBe("10.0.0.2:5432");
  const unnamed = { file: "remote_transaction.c", where: "COPY users, line 1", severity: "ERROR" };
  for (const [code, words] of [
    ["XX000", "failure on connection marked as essential: 10.0.0.2:5432"],
    ["08006", "could not establish any connections to the node 10.0.0.2:5432 after 5000 ms"],
    ["08006", "connection establishment for node 10.0.0.2:5432 failed"],
  ] as const) {
    const lost = { ...unnamed, code, message: words } as ServerError;
    expect(nodeOf(lost)).toBe("10.0.0.2:5432");
    expect(remedyOf(lost).name).toMatch(/^node_/);
  }
  // A cell may look like anything.
  const shown = { code: "22P02", message: "", where: 'COPY users, line 3: "\nwhile executing command on 7351:1\n"' };
  expect(nodeOf(shown as ServerError)).toBeNull();
});
