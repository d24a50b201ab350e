import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { startPipeline } from "../../src/client/pipeline.ts";
import { lockHolder } from "../../src/postgres/connection/lock.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn, runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";

/** A run whose process was killed while the server was in a statement of it, which would go on for as long as it takes. */

setDefaultTimeout(60_000);

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
  place.drops.write("month_000", smallDrop(["u1", "u2"]));
});
afterEach(() => place.close());

test("its statement ends, though what it waits for does not come, and the next run waits for that", async () => {
  const { database, drops, pipeline } = place;
  const { sql, url } = database;
  const writes = await blockWrites(url, "users");
  const running = pipeline.call(runRequest(["month_000"])).catch(() => null);
  const left = await whoWaits(sql, "Lock");
  pipeline.kill();
  const next = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: url });
  try {
    const ran = ranIn(next, ["month_000"]);
    for (let holder: number | null = left; holder === null || holder === left; ) {
      holder = await lockHolder(sql, "streamflow");
    }
    await running;
    await writes.release();
    const events = await ran;
    expect(lastOf(events, "run.failed")).toBeUndefined();
    expect(lastOf(events, "run.finished")?.status).toBe("published");
  } finally {
    await next.close();
  }
});
