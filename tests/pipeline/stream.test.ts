import { expect, test } from "bun:test";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { eventStream } from "../../src/pipeline/stages/context.ts";

test("progress is thinned out, but never the end of it", () => {
  const told: RunEvent[] = [];
  const { emit } = eventStream((event) => told.push(event));
  for (let done = 0; done <= 1_000; done++) {
    emit({ event: "table.progress", stage: "ingest", table: "users", done, total: 1_000, unit: "bytes" });
  }
  const done = told.map((event) => (event.event === "table.progress" ? event.done : null));
  expect([done[0], done.at(-1)]).toEqual([0, 1_000]);
  expect(done.length).toBeLessThan(100);
  expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index));
});
