import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { row, span } from "../../src/tui/drawing/spans.ts";
import type { Look } from "../../src/tui/drawing/theme.ts";
import { paint } from "../../src/tui/drawing/theme.ts";
import { beginning } from "../../src/tui/model/beginning.ts";
import { numberOf } from "../../src/tui/own/colour.ts";
import { usualKeys } from "../../src/tui/own/keys.ts";
import { ownOf, readOwn } from "../../src/tui/own/read.ts";
import { bindings, bindingsOf } from "../../src/tui/screens/bindings.ts";
import { homesFolder } from "../helpers/homes.ts";
import { scenario } from "../helpers/scenarios.ts";
import { consoleSchema } from "../helpers/schemas.ts";
import { Session } from "../helpers/session.ts";
import { keys, openScreen } from "../helpers/terminal.ts";

/** Keys and colours of one's own, by a file in the home. */

setDefaultTimeout(120_000);

const homes = homesFolder();
afterAll(() => homes.remove());

const ownKeys = (wished: object) => ownOf("console.json", JSON.stringify({ keys: wished }));
const session = (wished: object) =>
  new Session(scenario("published"), { own: { file: "console.json", ...ownKeys(wished) } });
const footerOf = (of: Session) => of.text().split("\n").at(-1) ?? "";

describe("keys", () => {
  test("do what the usual ones did, which do it no more; footer, help and sentences name them", () => {
    const own = session({ r: "x", q: ["Q", "ctrl+q"], esc: "ctrl+x", H: [] });
    expect(footerOf(own)).toContain("x run");
    expect(footerOf(own)).not.toMatch(/r run\b|H runs/);
    expect(own.press("r").text()).not.toContain("Run month_002?");
    expect(own.press("x").text()).toContain("Run month_002?");
    expect(footerOf(own.press("ctrl+x"))).toContain("x run");
    own.press("?", "/").type("Leave").press("enter");
    expect(own.text()).toMatch(/Q ctrl\+q +Leave; asks first/);
    own.press("?", "/").type("nothing");
    expect(own.text()).toContain("ctrl-x clears it");
    expect(own.press("enter").text()).toContain("filter: nothing  ctrl-x clears it");
    own.press("ctrl+x", "Q");
    expect(own.effects.at(-1)).toEqual({ do: "quit", code: 0 });
    const pending = session({ r: "x", d: "D" }).press("H", "h");
    expect(pending.text()).toContain("a dry run (D) says what would change");
    expect(session({ d: [] }).text()).toContain("a dry run (no key) says");
  });

  test("may change places, and each usual one but what always leaves can be another", () => {
    const turned = session({ j: "k", k: "j" });
    expect(turned.press("k").text()).toContain("▸ month_001");
    for (const usual of usualKeys.filter((one) => one !== "ctrl+c")) {
      const { faults } = ownKeys({ [usual]: "ctrl+y" });
      expect([usual, faults]).toEqual([usual, []]);
      for (const context of new Set(bindings.flatMap(({ on }) => on)))
        for (const [index, { keys: before }] of bindingsOf(context).entries())
          expect(bindingsOf(context, { [usual]: ["ctrl+y"] })[index]?.keys).toEqual(
            before.map((one) => (one === usual ? "ctrl+y" : one)),
          );
    }
  });
});

describe("a fault is named by its line, and nothing of the file is in force then", () => {
  const keysAt = (body: string) => `{\n  "keys": {\n    "d": "D",\n    ${body}\n  }\n}`;
  test.each([
    [keysAt('"r": "s"'), '4: "s" is taken (months): Show the snapshots by date'],
    [keysAt('"rr": "x"'), '4: no key is called "rr"'],
    [keysAt('"enter": "ü"'), '4: "ü" is for typing (filter of the help), where enter does something'],
    [keysAt('"enter": []'), "4: nothing would be left for: Keep the filter (filter)"],
    [keysAt('"ctrl+c": "x"'), "4: ctrl+c leaves, whatever else is wished"],
    [keysAt('"r": "meta+x"'), "4: keys.r has to be a key, such as x, space or ctrl+x, or a list of them"],
    [keysAt('"d": "X"'), '4: "d" is there twice'],
    ['{\n  "colour": {}\n}', "2: colour is no field; did you mean colours?"],
    [
      '{\n  "colours": {\n    "dark": { "acent": 3 }\n  }\n}',
      "3: colours.dark.acent is no field; did you mean accent?",
    ],
    ['{ "colours": {\n  "light": { "good": 256 } } }', "2: colours.light.good has to be a colour: 0 to 255"],
    ['{\n  "keys": {\n    "r" "x"\n  }\n}', "3: no JSON: colon expected"],
    ['{\n  "keys": []\n}', "2: keys has to be an object"],
    ["[]", "1: it has to be an object"],
  ])("%s", (text, told) => {
    const own = ownOf("console.json", text);
    expect(own.faults[0]).toStartWith(`console.json:${told}`);
    expect(own).toMatchObject({ keys: {}, colours: {} });
  });

  test("it is told on the first screen, until a key, and in full by the help", () => {
    const faulty = session({ r: "s", d: "s", x: "y" });
    expect(faulty.text()).toMatch(/console\.json:1: "s" is taken \(months\)/);
    expect(faulty.press("r").text()).toContain("Run month_002?");
    const help = faulty.press("esc", "?").text();
    expect(help).toContain("Your keys and colours: nothing of them is in force");
    expect(help.match(/console\.json:1:/g)?.length).toBeGreaterThan(2);
  });
});

test("the schema takes what the console takes, but for what is about keys beside each other", () => {
  const takes = new Ajv({ strict: true, strictRequired: false }).compile(consoleSchema());
  for (const file of [
    { $schema: "console.schema.json", keys: { r: "x", q: ["Q", "ctrl+q"], H: [] } },
    { colours: { dark: { accent: 80, selection: "#303030" }, light: {} } },
    { keys: { r: "xx" } },
    { keys: { rr: "x" } },
    { colours: { dark: { accent: 256 } } },
    { colours: { dim: 3 } },
    { more: 1 },
  ]) {
    expect([file, takes(file)]).toEqual([file, ownOf("", JSON.stringify(file)).faults.length === 0]);
  }
});

describe("colours", () => {
  test("stand in place of the usual ones of their theme, where there are 256", () => {
    const { colours } = ownOf("", '{ "colours": { "dark": { "accent": "#ff8700", "selection": 17 } } }');
    const look: Look = { theme: "dark", depth: "256", unicode: true, colours };
    const line = { ...row(span("a", "accent"), span("b", "good")), selected: true };
    expect(paint(line, look)).toBe("\x1b[38;5;208;48;5;17ma\x1b[0m\x1b[38;5;114;48;5;17mb\x1b[0m");
    expect(paint(row(span("a", "accent")), { ...look, theme: "light" })).toContain("38;5;24m");
    expect(paint(row(span("a", "accent")), { ...look, depth: "16" })).toContain("\x1b[36m");
  });

  test("of red, green and blue are the nearest there are", () => {
    expect(["#000000", "#ffffff", "#5fd7d7", "#303030", "#767676"].map(numberOf)).toEqual([16, 231, 80, 236, 243]);
  });
});

test("what was chosen of colours and signs goes before what the terminal says, but not before NO_COLOR", () => {
  const given = { size: { columns: 80, rows: 24 }, now: 0, data: "", flags: "" };
  const look: Look = { theme: "dark", depth: "256", unicode: true };
  const choices = { depth: "16", unicode: false } as const;
  expect(beginning({ ...given, look, choices }).look).toMatchObject({ depth: "16", unicode: false });
  expect(beginning({ ...given, look: { ...look, depth: "none" }, choices }).look.depth).toBe("none");
});

test("on a terminal: the home's file goes before the user's, and choices are there the next time", async () => {
  const home = join(homes.path, "published");
  const config = join(homes.path, "config");
  const write = (folder: string, file: object) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "console.json"), JSON.stringify(file));
  };
  write(join(config, "streamflow"), { keys: { r: "z" } });
  expect(readOwn(home, { XDG_CONFIG_HOME: config })).toMatchObject({ keys: { r: ["z"] }, faults: [] });
  expect(readOwn(home, { HOME: homes.path })).toMatchObject({ keys: {}, faults: [] });
  write(home, { keys: { r: "x" }, colours: { dark: { selection: 17 } } });
  const program = Bun.fileURLToPath(new URL("../helpers/console.ts", import.meta.url));
  const start = () => openScreen([process.execPath, program, home], { env: { XDG_CONFIG_HOME: config } });
  const screen = start();
  await screen.shows("▸ month_002");
  expect(screen.text()).toContain("x run");
  expect(screen.written()).toContain("48;5;17m");
  screen.type("x");
  await screen.shows("Run month_002?");
  screen.type(keys.esc);
  await screen.hides("Run month_002?");
  screen.type(`:ascii${keys.enter}`);
  await screen.shows("> month_002");
  screen.type(`:colours 16${keys.enter}`);
  await screen.shows("Colours: 16.");
  screen.type("q");
  await screen.exited;
  expect(JSON.parse(readFileSync(join(home, "choices.json"), "utf8"))).toEqual({ unicode: false, depth: "16" });
  const next = start();
  await next.shows("> month_002");
  expect(next.written()).not.toContain("38;5;");
  next.type(`:look auto${keys.enter}`);
  await next.shows("▸ month_002");
  next.type("q");
  await next.exited;
  expect(JSON.parse(readFileSync(join(home, "choices.json"), "utf8"))).toEqual({});
  await Promise.all([screen.close(), next.close()]);
});
