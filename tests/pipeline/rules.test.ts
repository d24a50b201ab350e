import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { lastOf } from "../helpers/pipeline.ts";
import { ruleCases } from "../helpers/rule-cases.ts";
import { RuledPlace, told } from "../helpers/ruled.ts";

/** Whatever a table demands of its rows, a drop that breaks it is told line by line, by check and run alike. */

setDefaultTimeout(120_000);
let place: RuledPlace;
beforeAll(async () => {
  place = await RuledPlace.open();
});
afterAll(() => place.close());

describe("three rows that break", () => {
  for (const { name, tables, manifest = { t: {} }, before, later, drop, faults, rule } of ruleCases) {
    test(name, async () => {
      await place.make(tables, manifest);
      if (before !== undefined) await place.publish("month_000", before);
      if (later !== undefined) await place.database.sql.unsafe(later);
      await place.look(manifest);
      const rows = await place.rows();
      place.write("month_001", drop);
      const checked = await place.check("month_001");
      expect(told(checked.faults)).toEqual([...faults].sort());
      for (const { reason } of checked.faults) expect(reason).toContain(rule);
      const failed = lastOf(await place.run("month_001"), "run.failed");
      expect(failed).toMatchObject({ code: "drop_rejected", faults: checked.faults });
      expect(`${failed?.title} ${failed?.hint}`).not.toContain("SQLSTATE");
      expect(await place.rows()).toBe(rows);
    });
  }
});
