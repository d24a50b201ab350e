import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { displayWidth } from "../../src/core/text.ts";
import { firstOf, heightOf, type Said, saidRows } from "../../src/tui/components/said.ts";
import { plainText, span } from "../../src/tui/drawing/spans.ts";
import { month } from "../helpers/made-up.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** Nothing that is told on a screen ends without a sign of it, and what is copied by eye is whole. */

const sizes = [
  { columns: 60, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 220, rows: 60 },
] as const;

const word = fc.string({ unit: fc.constantFrom(..."abcdefgh–日"), minLength: 1, maxLength: 9 });
const long = fc.string({ unit: fc.constantFrom(..."/ab"), minLength: 60, maxLength: 130 });
const part = fc.record({
  words: fc
    .array(fc.oneof({ weight: 9, arbitrary: word }, { weight: 1, arbitrary: long }), { maxLength: 40 })
    .map((words) => words.join(" ")),
  isWhole: fc.boolean(),
  yields: fc.boolean(),
  isMarked: fc.boolean(),
});
const told = (parts: readonly (typeof part extends fc.Arbitrary<infer Part> ? Part : never)[]): Said[] =>
  parts.map(({ words, isWhole, yields, isMarked }, index) => ({
    // Each is known by its first word.
    words: words === "" ? "" : `${index}: ${words}`,
    isWhole,
    yields,
    ...(isMarked && words !== "" && { sign: span("! ") }),
  }));

test("whatever is told: it fits, what is cut is told by its ellipsis, and a command is all there or not at all", () => {
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 60, max: 220 }),
      (parts, height, columns) => {
        const { ui } = new Session(scenario("empty"), { size: { columns, rows: 60 } });
        const all = told(parts);
        const rows = saidRows(ui, all, height).map(plainText);
        expect(rows.length).toBeLessThanOrEqual(height);
        expect(rows.filter((line) => displayWidth(line) >= columns)).toEqual([]);
        const text = rows.map((line) => line.trim()).join("");
        const asShown = (words: string) => words.replaceAll(" ", "");
        const shown = text.replaceAll(" ", "").split(/(?=(?:!)?\d:)/);
        for (const [index, { words, isWhole }] of all.entries()) {
          const found = shown.find((one) => one.replace("!", "").startsWith(`${index}:`))?.replace("!", "");
          const isCut = found?.endsWith("…") === true && asShown(words).startsWith(found.slice(0, -1));
          const isWanted = words !== "" && heightOf(ui, all) <= height;
          if (found === undefined) expect(isWanted).toBe(false);
          else if (found !== asShown(words))
            expect({ isCut, isWhole, isWanted }).toEqual({ isCut: true, isWhole: false, isWanted: false });
        }
      },
    ),
  );
});

test("of more parts than lines the first are told, and how many others there are", () => {
  const parts = Array.from({ length: 7 }, (_, index): Said => ({ words: `part ${index}`, sign: span("! ", "warn") }));
  expect(firstOf(parts, 7)).toEqual(parts);
  expect(firstOf(parts, 3).map(({ words }) => words)).toEqual(["part 0", "part 1", "and 5 more"]);
  expect(firstOf(parts, 1)).toEqual([{ words: "part 0", sign: span("! 1 of 7: ", "warn") }]);
  expect(firstOf(parts, 0)).toEqual(firstOf(parts, 1));
  expect(firstOf(parts.slice(0, 1), 0)).toEqual(parts.slice(0, 1));
});

const flags = " --data /srv/where/the/drops/are/put --home /srv/where/the/server/and/the/reject/files/are";

/** The command on a screen, over as many lines as it has there. */
function commandsOn(text: string): string[] {
  const joined = text.split("\n").map((line) => line.replace(/^.*│/, "").trim());
  return joined.flatMap((line, index) =>
    line.startsWith("bun run console") ? [joined.slice(index, index + 4).join(" ")] : [],
  );
}

describe.each(sizes)("at $columns by $rows", (size) => {
  test.each([
    ["drop", ["s", "down", "D"]],
    ["restamp", [":", ..."restamp", "space", ..."month_001", "enter"]],
    ["run a month again", ["G", "r"]],
    ["run all", ["R"]],
  ] as const)(
    "the question whether to %s shows what is typed into it, and its command whole or not at all",
    (_, keys) => {
      const session = new Session(scenario("published"), { size, flags }).press(...keys);
      const { overlay } = session.ui;
      if (overlay?.kind !== "confirm") throw new Error("no question");
      const { typed, command } = overlay.question;
      if (typed !== undefined) expect(session.text()).toContain(`Type ${typed.wanted} to go on: `);
      for (const shown of commandsOn(session.text())) expect(shown).toStartWith(command ?? "");
    },
  );

  test.each(["rejected", "faulty", "warned", "cancelled", "dry-run", "refused"])(
    "the end of a run that was %s: each line whole or with a sign that it is not",
    async (stream) => {
      const events = (await readStream(stream)).flatMap((event): RunEvent[] =>
        event.event === "run.warned"
          ? Array.from({ length: 9 }, (_, index) => ({ ...event, title: `${index}: ${event.title}` }))
          : [event],
      );
      const session = new Session(scenario("published"), { size, flags, events }).press("r", "enter");
      const text = session.text();
      for (const shown of commandsOn(text)) expect(shown).toContain("/srv/where/the/server/and/the/reject/files/are");
      // Without the footer, and the log where there is one.
      const body = text.split("\n").slice(0, -2).join("\n");
      const top = body.split(/^ log ─/m)[0]?.trimEnd() ?? "";
      expect(top).toMatch(/([.…]|tables|more|are|unexpected values|overflow)$/);
      if (stream === "warned") expect(top).toMatch(/and \d more|1 of 9: |8: /);
    },
  );
});

test("a month that lacks a file is not said to be told about by a dry run", () => {
  const lacking = { ...scenario("published"), months: [month(2, "incomplete", null, ["labels"])] };
  expect(new Session(lacking).text()).toContain("never run · it lacks labels, so it will be rejected");
});
