import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { watchRun } from "../bench/profile/watched-run.ts";
import { dropFolder, smallDrop } from "../helpers/drops.ts";
import { testDatabase } from "../helpers/server.ts";

/** Each session costs the server memory, a place of few, and time until it knows the tables. */

setDefaultTimeout(60_000);

test("a run takes two connections, whatever it does beside", async () => {
  const database = await testDatabase();
  const drops = dropFolder();
  drops.write("month_000", smallDrop(["u1", "u2", "u3"]));
  drops.write("month_001", smallDrop(["u1", "u2", "u3"], 1));
  try {
    const run = async (...words: string[]) =>
      (await watchRun(database.url, ["--data", drops.path, "--home", join(drops.path, "home"), ...words])).connections;
    expect(await run("--month", "month_000")).toBe(2);
    expect(await run("--month", "month_001")).toBe(2);
    expect(await run("--month", "month_001", "--force")).toBe(2);
    expect(await run("--month", "month_001")).toBe(2);
  } finally {
    drops.remove();
    await database.drop();
  }
});
