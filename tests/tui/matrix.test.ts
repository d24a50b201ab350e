import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { displayWidth } from "../../src/core/text.ts";
import { linesToType } from "../../src/headless/commands.ts";
import { glyphsOf } from "../../src/tui/drawing/glyphs.ts";
import { gridAsRows } from "../../src/tui/drawing/grid.ts";
import { plainText } from "../../src/tui/drawing/spans.ts";
import { type Look, paint } from "../../src/tui/drawing/theme.ts";
import { frame } from "../../src/tui/screens/frame.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";
import { keys, openScreen, type Screen } from "../helpers/terminal.ts";

/** Each screen at each size, on each kind of terminal: nothing is cut off, nothing steers the terminal, ASCII is ASCII. */

setDefaultTimeout(120_000);

const sizes = [
  [60, 15],
  [80, 24],
  [120, 40],
  [220, 60],
] as const;

const looks: Record<string, Look> = {
  dark: { theme: "dark", depth: "256", unicode: true },
  light: { theme: "light", depth: "256", unicode: true },
  "16 colours": { theme: "dark", depth: "16", unicode: true },
  NO_COLOR: { theme: "dark", depth: "none", unicode: true },
  ASCII: { theme: "dark", depth: "256", unicode: false },
};

/** What leads to each screen: what is known, the run that was recorded, the keys, and how its first line begins. */
const ran = ["r", "enter"];
const screens: Record<string, { known: string; stream?: string; keys: string[]; hold?: boolean; begins: string }> = {
  months: { known: "many", keys: [], begins: "" },
  "a sorted list": { known: "many", keys: [">", ">"], begins: "" },
  "a question": { known: "published", keys: ["r"], begins: "" },
  "a word to type": { known: "published", keys: ["s", "down", "D"], begins: "Snapshots" },
  "a run going on": { known: "halfway", stream: "halfway", keys: ran, hold: true, begins: "month_002" },
  "a run": { known: "published", stream: "published", keys: ran, begins: "month_002" },
  "a run with faults": { known: "faulty", stream: "faulty", keys: ran, begins: "month_002" },
  "a run that was rejected": { known: "rejected", stream: "rejected", keys: ran, begins: "month_002" },
  validation: { known: "rejected", stream: "rejected", keys: [...ran, "v"], begins: "month_002" },
  verdict: { known: "bad", stream: "rejected", keys: [...ran, "v", "enter"], begins: "" },
  trend: { known: "rejected", stream: "rejected", keys: [...ran, "v", "G", "t"], begins: "Trend" },
  "a log": { known: "rejected", stream: "rejected", keys: [...ran, "tab", "up"], begins: "month_002" },
  columns: { known: "published", keys: ["s", "c"], begins: "Columns as of" },
  column: { known: "published", keys: ["s", "c", "enter"], begins: "users" },
  "a column of words": { known: "published", keys: ["s", "c", "down", "enter"], begins: "users" },
  runs: { known: "many", keys: ["H"], begins: "Runs" },
  snapshots: { known: "many", keys: ["s", "space"], begins: "Snapshots" },
  compare: { known: "published", keys: ["s", "space", "enter"], begins: "2024-01-31" },
  suites: { known: "published", keys: ["5", "down"], begins: "Suites" },
  findings: { known: "published", keys: [":", ..."doctor", "enter"], begins: "Doctor" },
  help: { known: "published", keys: ["?"], begins: "Help" },
  "the command line": { known: "published", keys: [":", "e"], begins: "" },
  "seals that differ": { known: "published", keys: ["s", "v"], begins: "Snapshots" },
  "nothing yet": { known: "empty", keys: [], begins: "" },
};

const sgr = /\x1b\[[\d;]*m/g;

/** What is wrong with the lines of a screen, if anything is; `lines` may have colours. */
function faultsOf(lines: readonly string[], [columns, rows]: readonly [number, number], look: Look): string[] {
  const texts = lines.map((line) => line.replace(sgr, ""));
  const bad = (what: string, isBad: (text: string) => boolean, of: readonly string[] = texts) =>
    of.filter(isBad).map((text) => `${what}: ${text}`);
  const footer = (texts.at(-1) ?? "").trimEnd();
  return [
    ...(lines.length === rows ? [] : [`${lines.length} lines`]),
    ...bad("steers", (text) => /[\x00-\x1f\x7f-\x9f\ue000\ue001\u202a-\u202e\u2066-\u2069]/.test(text)),
    // The rule below the title leaves the last column free, and so does all else.
    ...bad("too wide", (text) => displayWidth(text.trimEnd()) >= columns),
    ...bad("coloured", (line) => look.depth === "none" && line !== line.replace(sgr, ""), lines),
    ...bad("of more colours", (line) => look.depth === "16" && /[34]8;5/.test(line), lines),
    ...bad("beyond ASCII", (text) => !look.unicode && /[^\x20-\x7e]/.test(text)),
    // The way out, which the footer has whole at every size, and the line below the title.
    ...(/(\? help|esc (no|close)|\((enter|↵) drop\)|\/ filter)\)?$/.test(footer) ? [] : [`footer: ${footer}`]),
    ...(footer.includes(look.unicode ? "…" : "~") ? [`footer is cut: ${footer}`] : []),
    ...(isRuled(texts, [columns, rows], look) ? [] : [`rule: ${texts[1]}`]),
  ];
}

const rules = { unicode: /^ ([\w ,]+ )?─{3,}( [\d,/of ]+)?$/, ascii: /^ ([\w ,]+ )?-{3,}( [\d,/of ]+)?$/ };

/** Whether the line below the title is as wide as the terminal. */
function isRuled(lines: readonly string[], [columns]: readonly [number, number], { unicode }: Look): boolean {
  const rule = (lines[1] ?? "").trimEnd();
  return displayWidth(rule) === columns - 1 && rules[unicode ? "unicode" : "ascii"].test(rule);
}

describe.each(Object.entries(screens))("%s", (_, { known, stream, keys: pressed, hold = false, begins }) => {
  test.each(sizes)("at %i by %i, on each kind of terminal", async (columns, rows) => {
    const events = await readStream(stream ?? "published");
    for (const look of [looks.dark, looks.ASCII]) {
      if (look === undefined) continue;
      const { unicode } = look;
      const options = { size: { columns, rows }, unicode, hold, events, lines: linesToType() };
      const { ui } = new Session(scenario(known), options).press(...pressed);
      const blocks = frame(ui).flatMap((block) =>
        Array.isArray(block) ? block : gridAsRows(block, glyphsOf(ui.look).ellipsis),
      );
      // Signs of our own have stand-ins, before data is made ASCII.
      if (!unicode) expect(blocks.map(plainText).filter((text) => /[\x80-\u2fff]/.test(text))).toEqual([]);
      for (const of of Object.values(looks).filter((one) => one.unicode === unicode)) {
        const lines = blocks.map((row) => paint(row, of));
        expect(faultsOf(lines, [columns, rows], of)).toEqual([]);
        const title = (lines[0] ?? "").replace(sgr, "").trim();
        expect(title).not.toBe("");
        expect(title.replace(/^\S /, "")).toStartWith(begins);
      }
    }
  });
});

const open: Screen[] = [];
afterAll(async () => {
  await Promise.all(open.map((screen) => screen.close()));
});

const terminals: Record<string, { env?: Record<string, string>; background?: string }> = {
  dark: { background: "rgb:0000/0000/0000" },
  light: { background: "rgb:ffff/ffff/ffff" },
  "16 colours": { env: { TERM: "xterm" } },
  NO_COLOR: { env: { NO_COLOR: "1" } },
  ASCII: { env: { LANG: "C" } },
};

/** Keys one after the other, and what the screen says then. */
const walk: [typed: string, shows: RegExp][] = [
  ["", /24\/24/],
  ["r", /Run month_002\?/],
  [keys.enter, /rejected in/],
  ["v", /2 of 24 failed/],
  [keys.enter, /the first 3 of 12/],
  ["t", /^ Trend /],
  [`${keys.esc}`, /the first 3 of 12/],
  ["c", /monthly_fee +numeric/],
  ["3", /rows by as_of/],
  ["c", /Columns as of/],
  ["2", /the ledger/],
  ["?", /every key/],
];

test("in real terminals of each kind, resized on each screen", async () => {
  const program = Bun.fileURLToPath(new URL("../helpers/console.ts", import.meta.url));
  await Promise.all(
    Object.entries(terminals).map(async ([name, { env = {}, background }]) => {
      const look = looks[name];
      if (look === undefined) throw new Error(`no look is called ${name}`);
      const screen = openScreen([process.execPath, program, "rejected"], {
        env,
        ...(background !== undefined && { background }),
      });
      open.push(screen);
      for (const [step, [typed, shows]] of walk.entries()) {
        screen.type(typed);
        await screen.shows(shows);
        // Each size at half of them; all of them at each are above.
        for (const size of [sizes[step % 4], sizes[(step + 1) % 4]]) {
          if (size === undefined) continue;
          screen.resize(size[0], size[1]);
          const isDrawn = () => faultsOf(screen.lines(), size, { ...look, depth: "none" }).length === 0;
          await screen.until(isDrawn, `${name} at ${size.join(" by ")} after ${JSON.stringify(typed)}`);
        }
      }
      if (look.depth === "none") expect(screen.written()).not.toMatch(sgr);
      if (look.depth === "16") expect(screen.written()).not.toMatch(/[34]8;5;/);
      if (!look.unicode) expect(screen.written()).toMatch(/^[\x07-\x7e]*$/);
    }),
  );
});
