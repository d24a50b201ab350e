import { expect, setDefaultTimeout, test } from "bun:test";
import { blockWrites } from "../helpers/block-writes.ts";
import { smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn, runRequest } from "../helpers/pipeline.ts";

/** Months are run oldest first, one at a time, until one fails. */

setDefaultTimeout(60_000);

const users = ["u1", "u2", "u3"];
const place = emptiedWorkplace((drops) => {
  for (const month of [0, 1, 2, 3]) drops.write(`month_00${month}`, smallDrop(users, month));
});

const statuses = async () => {
  const rows = await place.database.sql<{ month: string; status: string }[]>`
    select month, status from console.runs order by run`;
  return rows.map(({ month, status }) => `${month} ${status}`);
};

test.each([{}, { dry_run: true }])(
  "the first that fails is the last that is run, and says which are left: %j",
  async (flags) => {
    place.drops.write("month_001", {
      "labels.csv": [
        ["user_id", "churn_label"],
        ["u1", "perhaps"],
      ],
    });
    const events = await ranIn(place.pipeline, ["0..3"], flags);
    const failed = events.filter((event) => event.event === "run.failed");
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ month: "month_001", code: "drop_rejected", left: ["month_002", "month_003"] });
    const done = "dry_run" in flags ? "dry_run" : "published";
    expect(await statuses()).toEqual([`month_000 ${done}`, "month_001 rejected"]);
  },
);

test("so is one that is refused, and the last of them leaves none", async () => {
  expect(lastOf(await ranIn(place.pipeline, ["month_002"]), "run.finished")?.status).toBe("published");
  const refused = lastOf(await ranIn(place.pipeline, ["0..1"]), "run.failed");
  expect(refused).toMatchObject({ month: "month_000", code: "out_of_order", left: ["month_001"] });
  const last = lastOf(await ranIn(place.pipeline, ["month_001"]), "run.failed");
  expect(last).toMatchObject({ month: "month_001", code: "out_of_order" });
  expect(last).not.toHaveProperty("left");
  expect(await statuses()).toEqual(["month_002 published", "month_000 refused", "month_001 refused"]);
});

test("a console that runs one is asked for no other meanwhile", async () => {
  const { database, pipeline } = place;
  const writes = await blockWrites(database.url, "labels");
  const running = ranIn(pipeline, ["month_000"]);
  await whoWaits(database.sql, "Lock");
  await expect(pipeline.call(runRequest(["month_001"]))).rejects.toMatchObject({
    code: "locked",
    title: "This console is running a month already.",
  });
  await writes.release();
  expect(lastOf(await running, "run.finished")?.status).toBe("published");
  expect(lastOf(await ranIn(pipeline, ["month_001"]), "run.finished")?.status).toBe("published");
});
