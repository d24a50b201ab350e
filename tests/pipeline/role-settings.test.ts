import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { Request } from "../../src/core/messages/requests.ts";
import { smallDrop } from "../helpers/drops.ts";
import { runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Whatever a role or a database has set, each command does and finds the same. */

setDefaultTimeout(120_000);

const settings = [
  "datestyle = 'German, DMY'",
  "intervalstyle = 'sql_standard'",
  "timezone = 'Asia/Kathmandu'",
  "standard_conforming_strings = off",
  "escape_string_warning = off",
  "bytea_output = 'escape'",
  "extra_float_digits = -15",
  "search_path = nowhere",
  "default_transaction_isolation = 'serializable'",
  "row_security = off",
  "transform_null_equals = on",
  "array_nulls = off",
  "quote_all_identifiers = on",
  "xmloption = document",
  "check_function_bodies = off",
  "client_min_messages = debug1",
];

const months = { months: ["month_000", "month_001"] };
const asked: readonly Request[] = [
  { kind: "check", selection: months },
  { kind: "verify", as_of: null },
  { kind: "compare", from: "2024-01-31", to: "2024-02-29" },
  { kind: "profile", as_of: "2024-01-31", run: null, table: null, column: null },
  { kind: "snapshots" },
  { kind: "months" },
  { kind: "runs" },
];

let place: Workplace;
let other: Pipeline;
beforeAll(async () => {
  place = await workplace();
  for (const index of [0, 1]) place.drops.write(`month_00${index}`, smallDrop(["u1", "u2", "u'3\\"], index));
  const { database, drops } = place;
  await place.pipeline.call(runRequest(months.months));
  for (const one of settings) await database.sql.unsafe(`alter database "${database.sql.options.database}" set ${one}`);
  other = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
});
afterAll(async () => {
  await other.close();
  await place.close();
});

test.each(asked.map((request) => [request.kind, request] as const))("%s", async (_, request) => {
  const plain = await place.pipeline.call(request);
  expect(await other.call(request)).toEqual(plain);
});

test("doctor finds the same; who it is may be quoted", async () => {
  const found = async (pipeline: Pipeline) => {
    const { checks } = await pipeline.call({ kind: "doctor" });
    return checks.map(({ name, state, detail }) => ({ name, state, detail: detail.replaceAll('"', "") }));
  };
  expect(await found(other)).toEqual(await found(place.pipeline));
});

test("a run of the same files, which compares and seals each row anew", async () => {
  const sealed = await place.pipeline.call({ kind: "snapshots" });
  expect(await other.call(runRequest(["month_001"], { force: true }))).toEqual({ exit_code: 0 });
  const after = await other.call({ kind: "snapshots" });
  expect(after.snapshots).toEqual(sealed.snapshots);
});
