import { beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Rows, smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { lastOf, type RunFlags, ranIn } from "../helpers/pipeline.ts";

/** What the ledger says of a file's bytes is believed of the very same bytes, as long as they mean the same. */

setDefaultTimeout(60_000);

const users = ["u1", "u2", "u3"];
const place = emptiedWorkplace();

async function run(month: string, flags: RunFlags = {}) {
  const events = await ranIn(place.pipeline, [month], flags);
  return lastOf(events, "run.failed") ?? lastOf(events, "run.finished");
}

/** One statement after the other: a cluster's nodes take no text of several. */
async function inTurn(text: string): Promise<void> {
  for (const statement of text.split(";")) if (statement.trim() !== "") await place.database.sql.unsafe(statement);
}

/** Do it with the database altered so. */
async function altered(change: string, undo: string, work: () => Promise<unknown>): Promise<void> {
  await inTurn(change);
  try {
    await work();
  } finally {
    await inTurn(undo);
  }
}

const contents = (rows: Rows) => rows.map((cells) => `${cells.join(",")}\n`).join("");

describe("a file that was found sound", () => {
  /** A day that the console takes from nobody, and that a server takes from anybody. */
  const early = smallDrop(users, 1)["users.csv"]?.map((cells) => cells.map((cell) => cell.replace(/^2022/, "1822")));
  const bad = early ?? [];

  /** January is published. The ledger then says that its file of users was this bad one; February brings that. */
  async function vouchFor(): Promise<void> {
    const { database, drops } = place;
    drops.write("month_000", smallDrop(users));
    expect(await run("month_000")).toMatchObject({ event: "run.finished" });
    const sha256 = new Bun.CryptoHasher("sha256").update(contents(bad)).digest("hex");
    const bytes = Buffer.byteLength(contents(bad));
    await database.sql`update console.run_files set sha256 = ${sha256}, bytes = ${bytes} where table_name = 'users'`;
    drops.write("month_001", { ...smallDrop(users, 1), "users.csv": bad });
  }
  const judged = async () => {
    const end = await run("month_001");
    return end?.event === "run.failed" ? (end.faults ?? []).map(({ code }) => code) : end?.event;
  };
  const found = Array(3).fill("date_range");

  test("is not looked at again", async () => {
    await vouchFor();
    expect(await judged()).toBe("run.finished");
    const rows = await place.database.sql`select signup_date from users order by user_id`;
    expect(rows.map(({ signup_date }) => signup_date)).toEqual(["1822-01-01", "1822-01-02", "1822-01-03"]);
  });

  test("is, when one byte is another", async () => {
    await vouchFor();
    place.drops.write("month_001", {
      "users.csv": bad.map((cells) => cells.map((cell) => cell.replace("Male", "male"))),
    });
    expect(await judged()).toEqual(found);
  });

  test.each([
    ["its reading was not written down", "read_as = null"],
    ["it was read in another way", "read_as = repeat('0', 64)"],
    ["its hash was not written down", "sha256 = null"],
    ["its rows were not counted", "rows = null"],
    ["it was another table's", "table_name = 'users_once'"],
  ])("is, when %s", async (_, change) => {
    await vouchFor();
    await place.database.sql.unsafe(`update console.run_files set ${change} where table_name = 'users'`);
    expect(await judged()).toEqual(found);
  });

  test("is, when no run published it", async () => {
    await vouchFor();
    await place.database.sql`update console.runs set status = 'rejected'`;
    await place.database.sql`delete from console.seals`;
    await place.database.sql`truncate users cascade`;
    expect(await judged()).toEqual(found);
  });

  test.each([
    ["a limit", "alter user_gender type varchar(20)", "alter user_gender type text"],
    ["no NULL", "alter user_gender set not null", "alter user_gender drop not null"],
    ["a column more", "add more int default 1", "drop more"],
  ])("is, when the table has %s since", async (_, change, undo) => {
    await vouchFor();
    await altered(`alter table users ${change}`, `alter table users ${undo}`, async () => {
      expect(await judged()).toEqual(found);
    });
  });

  test("is, when a type is of somebody's own making, which may change under its name", async () => {
    const change = "alter table users alter user_gender type gender using user_gender::gender";
    const undo = "alter table users alter user_gender type text; drop table stage.users; drop type gender";
    await altered(`create type gender as enum ('Male', 'Female'); ${change}`, undo, async () => {
      await vouchFor();
      expect(await judged()).toEqual(found);
    });
  });
});

describe("a seal of the very same file", () => {
  const snapshots = ["payments_agg_90d_snapshots", "labels_snapshots", "usage_agg_30d_snapshots"];
  const january = smallDrop(users);
  const { "payments_agg_90d.csv": payments = [], "labels.csv": labels = [] } = january;

  /** Seals that nobody would compute: whatever is sealed so was not sealed anew. */
  async function publishAndMark() {
    place.drops.write("month_000", january);
    expect(await run("month_000")).toMatchObject({ event: "run.finished" });
    await place.database.sql`update console.seals set fingerprint = left(fingerprint, -4) || 'beef'`;
  }
  /** Those of February's seals that were taken over; its files of payments and labels are January's. */
  async function reused(): Promise<string[]> {
    place.drops.write("month_001", { ...smallDrop(users, 1), "payments_agg_90d.csv": payments, "labels.csv": labels });
    expect(await run("month_001")).toMatchObject({ event: "run.finished", status: "published" });
    const seals = await place.database.sql<{ table: string; isMarked: boolean }[]>`
      select table_name as table, fingerprint like '%beef' as "isMarked" from console.seals where month = 'month_001'`;
    return snapshots.filter((name) => seals.some(({ table, isMarked }) => table === name && isMarked));
  }

  test("is set again as it was; not where it covers the month that brought the rows", async () => {
    await publishAndMark();
    expect(await reused()).toEqual(["payments_agg_90d_snapshots"]);
  });

  test.each([
    ["the seal keeps no sums", "update console.seals set groups = null"],
    ["it does not say what it covers", "update console.seals set columns = null"],
    ["it covers another type", `update console.seals set columns = replace(columns::text, '"int4"', '"int8"')::jsonb`],
    ["it is of another number of rows", "update console.seals set rows = rows + 1"],
    ["it is of a weaker kind", "update console.seals set fingerprint = '2-' || right(fingerprint, 16)"],
    ["its run read another file", "update console.run_files set sha256 = repeat('0', 64)"],
    ["its run read it in another way", "update console.run_files set read_as = repeat('0', 64)"],
    ["its run read it for another table", "update console.run_files set table_name = table_name || '_once'"],
    ["its run is not known", "delete from console.run_files"],
  ])("is set anew when %s", async (_, change) => {
    await publishAndMark();
    await place.database.sql.unsafe(change);
    expect(await reused()).toEqual([]);
  });

  test.each([
    ["numeric(9,2)", "numeric(9,3)", "1.25"],
    ["timestamp", "timestamp(0)", "2024-01-01 00:00:00.25"],
    ["interval", "interval(0)", "1.25 s"],
    ["numeric[]", "numeric(9,1)[]", "{1.25}"],
  ])("is set anew when the type has other limits: %s, then %s", async (before, after, value) => {
    const inBoth = (change: string) =>
      `alter table payments_agg_90d ${change}; alter table payments_agg_90d_snapshots ${change}`;
    const seen = payments.map((cells, index) => [...cells, index === 0 ? "seen" : value]);
    await altered(inBoth(`add seen ${before}`), inBoth("drop seen"), async () => {
      place.drops.write("month_000", { ...january, "payments_agg_90d.csv": seen });
      expect(await run("month_000")).toMatchObject({ event: "run.finished" });
      await inTurn(inBoth(`alter seen type ${after}`));
      place.drops.write("month_001", { ...smallDrop(users, 1), "payments_agg_90d.csv": seen });
      expect(await run("month_001")).toMatchObject({ event: "run.finished" });
      const { seals } = await place.pipeline.call({ kind: "verify", as_of: "2024-02-29" });
      expect(seals.map(({ state }) => state)).toEqual(Array(5).fill("intact"));
    });
  });
});

describe("a snapshot that is sealed, and its very same files again", () => {
  const name = "payments_agg_90d_snapshots";
  beforeEach(async () => {
    place.drops.write("month_000", smallDrop(users));
    expect(await run("month_000")).toMatchObject({ event: "run.finished" });
  });
  const again = () => run("month_000", { force: true });

  test("stays as it is", async () => {
    const seals = () => place.database.sql`select table_name, fingerprint, run from console.seals order by 1`;
    const before = [...(await seals())];
    expect(await again()).toMatchObject({ event: "run.finished", status: "published" });
    expect([...(await seals())]).toEqual(before);
  });

  test.each([
    ["a cell was changed", `update ${name} set failed_payments_90d = 77 where user_id = 'u1'`],
    ["a cell was emptied", `update ${name} set failed_payments_90d = null where user_id = 'u1'`],
    [
      "two rows changed places",
      `update ${name} set failed_payments_90d = case user_id when 'u1' then 1 else 0 end where user_id in ('u1', 'u2')`,
    ],
    [
      "a row is gone and another came",
      `delete from ${name} where user_id = 'u1'; insert into ${name} values ('u9', '2024-01-31', 0)`,
    ],
    ["a row is gone", `delete from ${name} where user_id = 'u1'`],
    ["a row came", `insert into ${name} values ('u9', '2024-01-31', 0)`],
    ["who delivered it was changed", "update labels_snapshots set delivered = 'month_007' where user_id = 'u1'"],
  ])("is not as it was sealed when %s", async (_, change) => {
    await place.database.sql.unsafe(change);
    expect(await again()).toMatchObject({
      event: "run.failed",
      code: "snapshot_differs",
      title: expect.stringContaining("is not as it was sealed"),
    });
  });
});
