import { expect, test } from "bun:test";
import { startPipeline } from "../../src/client/pipeline.ts";
import { dropFolder, smallDrop } from "../helpers/drops.ts";

test("a database that cannot be reached is told with its remedy, and without its password", async () => {
  const drops = dropFolder();
  drops.write("month_000", smallDrop(["u1"]));
  // Nothing can listen on a socket in a folder of drops.
  const database = `postgresql://someone:secret@/db?host=${drops.path}`;
  const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database });
  try {
    const { checks } = await pipeline.call({ kind: "doctor" });
    const check = checks.find(({ name }) => name === "database");
    expect(check).toMatchObject({ state: "fail", detail: expect.stringContaining("there is no such socket") });
    expect(check?.remedy).toStartWith("Start PostgreSQL there");
    expect(JSON.stringify(checks)).not.toContain("secret");
  } finally {
    await pipeline.close();
    drops.remove();
  }
});
