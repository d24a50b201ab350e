import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { statusWord } from "../../src/client/words.ts";
import { glyphsOf } from "../../src/tui/drawing/glyphs.ts";
import { gridAsRows } from "../../src/tui/drawing/grid.ts";
import type { Span, Tone } from "../../src/tui/drawing/spans.ts";
import { frame } from "../../src/tui/screens/frame.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** A colour means one thing, and a thing has one colour, on whichever screen it is told. */

setDefaultTimeout(60_000);

const ran = ["r", "enter"];
const size = { columns: 120, rows: 40 };

async function spansAfter(known: string, stream: string, keys: string[], columns: number): Promise<Span[]> {
  const events = await readStream(stream);
  const { ui } = new Session(scenario(known), { size: { ...size, columns }, events }).press(...keys);
  return frame(ui)
    .flatMap((block) => (Array.isArray(block) ? block : gridAsRows(block, glyphsOf(ui.look).ellipsis)))
    .flatMap(({ spans, beside = [] }) => [...spans, ...beside]);
}

const screens: [known: string, stream: string, keys: string[]][] = [
  ["many", "published", []],
  ["many", "published", ["down"]],
  ["rejected", "rejected", ["H"]],
  ["many", "published", ["H", "down"]],
  ["many", "published", ["H", "down", "enter"]],
  ["rejected", "rejected", ran],
  ["rejected", "rejected", [...ran, "tab"]],
  ["rejected", "rejected", [...ran, "v"]],
  ["bad", "rejected", [...ran, "v", "enter"]],
  ["unevaluated", "unevaluated", ran],
  ["unevaluated", "unevaluated", [...ran, "v", "down"]],
  ["faulty", "faulty", ran],
  ["published", "warned", ran],
  ["published", "published", ["5", "down"]],
  ["published", "published", [":", ..."doctor", "enter"]],
];

test.each(screens)("signs have their colours: %s, %s, %j", async (known, stream, keys) => {
  const { fail, warn, ok, unevaluated } = glyphsOf({ unicode: true });
  const meant: Record<string, Tone[]> = {
    [fail]: ["bad"],
    [unevaluated]: ["bad"],
    [warn]: ["warn"],
    [ok]: ["good", "dim"],
  };
  for (const columns of [60, 80, 120, 220]) {
    for (const { text, tone } of await spansAfter(known, stream, keys, columns)) {
      const sign = Object.keys(meant).find((one) => text.trim() === one || text.startsWith(`${one} `));
      if (sign !== undefined) expect([columns, text, meant[sign]?.includes(tone)]).toEqual([columns, text, true]);
    }
  }
});

describe("what a run came to has one colour in its title, its words and its log", () => {
  const outcomes: [stream: string, word: RegExp, tone: Tone][] = [
    ["published", /^published/, "good"],
    ["rejected", /rejected/, "bad"],
    ["faulty", /rejected/, "bad"],
    ["cancelled", /cancelled/, "warn"],
    ["refused", /^refused|is running/, "warn"],
    ["unchanged", /nothing to do/, "good"],
  ];
  test.each(outcomes)("%s", async (stream, word, tone) => {
    const told = (await spansAfter("published", stream, ran, 220)).filter(({ text }) => word.test(text));
    expect(told.length).toBeGreaterThan(1);
    // Beside its sign the sentence of what is well stands plain.
    for (const span of told) if (!/^These very/.test(span.text)) expect(span).toMatchObject({ tone });
  });

  test("a run whose process died is called what its ledger will call it", async () => {
    const events = (await readStream("cancelled")).map((event) =>
      event.event === "run.failed" ? { ...event, code: "pipeline_died" } : event,
    );
    const session = new Session(scenario("published"), { events }).press(...ran);
    expect(session.text().split("\n")[0]).toContain("crashed in ");
  });

  test("and in the lists of runs and of months", () => {
    const known = scenario("rejected");
    for (const [status, tone] of [
      ["refused", "warn"],
      ["interrupted", "warn"],
      ["crashed", "bad"],
      ["rejected", "bad"],
    ] as const) {
      const runs = known.runs.map((run) => ({ ...run, status }));
      const months = known.months.map((month, index) => ({
        ...month,
        state: "failed" as const,
        last_run: runs[index] ?? null,
      }));
      const word = new RegExp(`^${statusWord(status)}`);
      for (const keys of [[], ["H"]]) {
        const { ui } = new Session({ ...known, runs, months, details: [] }, { size }).press(...keys);
        const spans = frame(ui).flatMap((block) => (Array.isArray(block) ? block.flatMap((line) => line.spans) : []));
        const told = spans.filter(({ text }) => word.test(text));
        expect(told.length).toBeGreaterThan(0);
        for (const { text, tone: drawn } of told) expect([text, drawn]).toEqual([text, tone]);
      }
    }
  });
});
