import { expect } from "bun:test";
import { lastOf } from "./pipeline.ts";
import type { RuleCase } from "./rule-cases.ts";
import { type RuledPlace, told } from "./ruled.ts";

/** The drop of a case breaks its rule: check and run tell the same lines, in the same words, and nothing is changed. */
export async function expectTold(place: RuledPlace, one: RuleCase): Promise<void> {
  const { tables, manifest = { t: {} }, before, later, drop, faults, rule, stage = expect.any(String) } = one;
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
  expect(failed).toMatchObject({ code: "drop_rejected", stage, faults: checked.faults });
  expect(`${failed?.title} ${failed?.hint}`).not.toContain("SQLSTATE");
  expect(await place.rows()).toBe(rows);
}
