import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import type { ConsoleError } from "../../src/core/errors.ts";
import { selectMonths } from "../../src/pipeline/drop/months.ts";
import type { Session } from "../../src/pipeline/session/session.ts";
import { smallDrop } from "../helpers/drops.ts";
import { noPast } from "../helpers/past.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.close());

test("files that were only touched are nothing to do; a run notes their time, and a dry run leaves the record alone", async () => {
  const { database, drops, pipeline } = place;
  drops.write("month_000", smallDrop(["u1", "u2"]));
  const statusOf = async (flags = {}) => lastOf(await ranIn(pipeline, ["month_000"], flags), "run.finished")?.status;
  expect(await statusOf()).toBe("published");
  const times = async () => {
    const rows = await database.sql<
      { at: number }[]
    >`select modified_ms as at from console.run_files order by table_name`;
    return rows.map(({ at }) => at);
  };
  const before = await times();
  for (const file of Object.keys(smallDrop([]))) utimesSync(join(drops.path, "month_000", file), 1_000, 1_000);
  expect(await statusOf({ dry_run: true })).toBe("unchanged");
  expect(await times()).toEqual(before);
  expect(await statusOf()).toBe("unchanged");
  expect(await times()).toEqual(Array(6).fill(1_000_000));
});

test("a live table that was emptied since is filled by the same files again", async () => {
  const { database, drops, pipeline } = place;
  drops.write("month_000", smallDrop(["u1", "u2"]));
  await ranIn(pipeline, ["month_000"]);
  await database.sql`truncate labels`;
  const end = lastOf(await ranIn(pipeline, ["month_000"]), "run.finished");
  expect(end?.status).toBe("published");
  expect(end?.tables.find(({ table }) => table === "labels")).toMatchObject({ inserted: 2, updated: 0 });
  expect([...(await database.sql`select count(*) as rows from labels`)]).toEqual([{ rows: 2 }]);
});

describe("--as-of", () => {
  const session = { dataset: { first_month: "2024-01" }, settings: { data: "data" } } as Session;
  const onDisk = ["month_000", "month_001"].map((month) => ({ month: month as "month_0", files: [], listedAt: 0 }));
  const select = (months: string[], as_of: string | null) =>
    selectMonths(session, { selection: { months }, as_of }, onDisk, noPast).map(({ month }) => month as string);

  test("is for one month", () => {
    expect(select(["1"], "2024-02-29")).toEqual(["month_001"]);
    expect(select(["0..1"], null)).toEqual(["month_000", "month_001"]);
    // Named twice, it is one all the same.
    expect(select(["1", "2024-02"], "2024-02-29")).toEqual(["month_001"]);
  });

  test.each([[["0..1"]], [["0", "1"]]])("and refused for %j", (months) => {
    const refusal = (() => {
      try {
        return select(months, "2024-02-29");
      } catch (error) {
        return error as ConsoleError;
      }
    })();
    expect(refusal).toMatchObject({ code: "usage", title: "--as-of stamps one month, but 2 are named." });
  });
});
