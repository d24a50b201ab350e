import { describe, expect, test } from "bun:test";
import type { RunRequest } from "../../src/core/messages/requests.ts";
import { jsonLines, lines } from "../../src/headless/printers/lines.ts";
import { follow, type Printer, together } from "../../src/headless/printers/printer.ts";
import { failures, results } from "../../src/headless/printers/results.ts";
import { coloured } from "../../src/headless/views/output.ts";
import { type KeptChannel, keptChannel } from "./fake/channel.ts";
import { readStream, type StreamName, streams } from "./fake/streams.ts";

const request: RunRequest = {
  kind: "run",
  selection: { every: "pending" },
  as_of: null,
  dry_run: false,
  restamp: false,
  backfill: false,
  force: false,
};

/** All that a printer makes of a recorded stream. */
async function printed(name: StreamName | null, printerOn: (channel: KeptChannel) => Printer, channel = keptChannel()) {
  const printer = printerOn(channel);
  const story = follow(printer);
  if (name !== null) for (const event of await readStream(name)) story.tell(event);
  printer.end?.(story.states);
  return channel.text();
}

describe.each([...streams])("the stream %s", (name) => {
  test("as results", async () => {
    expect(await printed(name, (channel) => results(channel, request, true))).toMatchSnapshot();
  });

  test("as plain lines, none of which is repeated", async () => {
    const text = await printed(name, (channel) => lines(channel, true));
    expect(text).toMatchSnapshot();
    const all = text.split("\n").filter((line) => line !== "");
    expect(new Set(all).size).toBe(all.length);
  });

  test("as failures", async () => {
    expect(await printed(name, failures)).toMatchSnapshot();
  });

  test("as JSON, event for event", async () => {
    const text = await printed(name, jsonLines);
    const events = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events).toEqual(await readStream(name));
  });

  test("in a terminal of 80 columns no line is wider, and colours add nothing but colours", async () => {
    const narrow = await printed(name, (channel) => results(channel, request, true), keptChannel({ columns: 80 }));
    const painted = await printed(
      name,
      (channel) => results(channel, request, true),
      keptChannel({ columns: 80, paint: coloured }),
    );
    expect(Bun.stripANSI(painted)).toBe(narrow);
    const tableLines = narrow.split("\n").filter((line) => !line.startsWith("warning:"));
    expect(tableLines.filter((line) => Bun.stringWidth(line) > 80)).toEqual([]);
  });
});

test("of several months each is told in a line a stage and one for its end, unless more is asked for", async () => {
  const both = (isVerbose: boolean) => (channel: KeptChannel) =>
    together([lines(channel, isVerbose), results(channel, request, isVerbose)]);
  const brief = await printed("published", both(false));
  expect(brief).toMatchSnapshot();
  const tables = [...(await readStream("published"))].flatMap((event) =>
    event.event === "table.finished" ? [event.table] : [],
  );
  expect(tables.filter((table) => brief.includes(table))).toEqual([]);
  const whole = await printed("published", both(true));
  expect(tables.filter((table) => !whole.includes(table))).toEqual([]);
});

test("when no month is pending, the results say so", async () => {
  expect(await printed(null, (channel) => results(channel, request, true))).toBe(
    "nothing to do: no month is pending\n",
  );
});

test("nothing from the data reaches the terminal raw", async () => {
  const text = await printed("faults", failures);
  expect(text).toContain("labels.csv:9");
  expect(text).not.toMatch(/[\x1b\u202e]/);
});
