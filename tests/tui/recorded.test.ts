import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isRunEvent, type RunEvent } from "../../src/core/messages/events.ts";
import { lines } from "../../src/headless/printers/lines.ts";
import { follow } from "../../src/headless/printers/printer.ts";
import { failures } from "../../src/headless/printers/results.ts";
import { type KeptChannel, keptChannel } from "../headless/fake/channel.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";

/** The screens at 80 by 24 and the plain lines, from what real runs sent; `bun run record` records them anew. */

const folder = fileURLToPath(new URL("../fixtures/recorded/", import.meta.url));
const names = ["first-month", "next-month", "rejected", "malformed", "cancelled", "out-of-order"];

async function recorded(name: string): Promise<unknown[]> {
  const text = await Bun.file(`${folder}${name}.jsonl`).text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function eventsOf(name: string): Promise<RunEvent[]> {
  return (await recorded(name)).filter(isRunEvent);
}

function running(events: RunEvent[], hold = false): Session {
  // What is made up of a run would stand in for what the stream says.
  const known = scenario("published");
  const months = known.months.map((entry) => ({ ...entry, last_run: null }));
  return new Session({ ...known, months, runs: [], details: [] }, { events, hold }).press("r", "enter");
}

test("the recordings are all tested", () => {
  expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.jsonl`).sort());
});

describe.each(names)("the recording %s", (name) => {
  test("passes the gate, event for event", async () => {
    const refused = (await recorded(name)).filter((event) => !isRunEvent(event));
    expect(refused).toEqual([]);
  });
  test("the run at its end", async () => {
    expect(running(await eventsOf(name)).text()).toMatchSnapshot();
  });
  test("the run midway", async () => {
    const events = await eventsOf(name);
    expect(running(events.slice(0, Math.ceil(events.length / 2)), true).text()).toMatchSnapshot();
  });
  test.each([
    ["plain lines", (channel: KeptChannel) => lines(channel, true)],
    ["failures", failures],
  ] as const)("as %s", async (_, printerOn) => {
    const channel = keptChannel();
    const printer = printerOn(channel);
    const story = follow(printer);
    for (const event of await eventsOf(name)) story.tell(event);
    printer.end?.(story.states);
    expect(channel.text()).toMatchSnapshot();
  });
});

test.each(["next-month", "rejected"])("expectations of %s", async (name) => {
  expect(
    running(await eventsOf(name))
      .press("v")
      .text(),
  ).toMatchSnapshot();
});
