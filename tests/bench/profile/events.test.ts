import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { toldBy } from "./events.ts";

test("stages and moments of a recorded run", () => {
  const recorded = readFileSync(new URL("../../fixtures/recorded/first-month.jsonl", import.meta.url), "utf8");
  const start = Date.parse(JSON.parse(recorded.split("\n")[0] ?? "").at) - 100;
  const { moments, stages } = toldBy(recorded, start);
  expect(moments[0]).toEqual({ at: 100, what: "run.started" });
  expect(moments.at(-1)?.what).toBe("run.finished");
  expect(stages.map(({ name }) => name)).toEqual(["ingest", "upsert", "validate", "snapshot"]);
  for (const { span } of stages) expect(span[1]).toBeGreaterThanOrEqual(span[0]);
});

test("a listing tells of no run", () => {
  expect(toldBy('{"months":[]}\n', 0)).toEqual({ moments: [], stages: [] });
});
