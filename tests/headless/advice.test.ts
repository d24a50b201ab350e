import { expect, test } from "bun:test";
import type { EventOf } from "../../src/core/messages/events.ts";
import { faultLines } from "../../src/headless/views/faults.ts";

test("a word for NULL in a key comes with advice that can be followed: quoted it is no key either", () => {
  const code = "null_word";
  const fault = { file: "labels.csv", line: 3, column: "user_id", value: "nan", code, reason: "a word" } as const;
  const end = {
    ...{ event: "run.failed", run: 1, seq: 2, at: "2024-01-31T00:00:00Z", stage: "ingest", code: "drop_rejected" },
    ...{ title: "t", hint: "h", faults: [fault], fault_count: 1 },
  } as EventOf<"run.failed">;
  const [line] = faultLines(end);
  expect(line).toContain('labels.csv:3: user_id: "nan"');
  expect(line).toEndWith("in a key neither helps: ask the sender for its value");
});
