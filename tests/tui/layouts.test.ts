import { expect, test } from "bun:test";
import { displayWidth } from "../../src/core/text.ts";
import type { Size, Ui } from "../../src/tui/model/model.ts";
import { livePlace } from "../../src/tui/state/stack.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What stands in lists has the room that there is, and nothing touches the end of a line. */

const ran = async (known: string, size: Size, unicode = true) => {
  const events = await readStream("rejected");
  return new Session(scenario(known), { size, unicode, events }).press("r", "enter");
};

const snapshotTables = ["subscriptions_profile", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"].map(
  (name) => `${name}_snapshots`,
);

test("what is compared has its names whole at 80 columns", () => {
  const { ui } = new Session(scenario("published")).press("s", "space", "enter");
  if (ui.comparison === null) throw new Error("nothing is compared");
  const tables = ui.comparison.tables.map((table) => ({ ...table, table: "subscriptions_profile_snapshots" }));
  const text = Session.textOf({ ...ui, comparison: { ...ui.comparison, tables } });
  expect(text).toMatch(/subscriptions_profile_snapshots +[\d,]+ /);
  expect(text.split("\n").slice(2, -1).join("\n")).not.toContain("…");
});

test("beside the dates the names of snapshot tables are whole, with rows and how they came to them", () => {
  const text = new Session(scenario("many"), { size: { columns: 120, rows: 40 } }).press("s").text();
  const pane = text.split("\n").map((line) => line.split(" │ ")[1] ?? "");
  for (const table of snapshotTables) expect(pane.map((line) => line.trim())).toContain(table);
  expect(pane.filter((line) => /^ +16,129 rows {2}\+[\d.]+ % {2}▁.*▇$/.test(line)).length).toBe(snapshotTables.length);
});

test("how far columns moved stands behind their names, and longer bars have what room there is", () => {
  const at = (columns: number) =>
    new Session(scenario("published"), { size: { columns, rows: 60 } }).press("s", "space", "enter").text();
  expect(at(80)).toMatch(/watch_hours_30d {1,30}312 {2}━/);
  expect(at(220)).toMatch(/watch_hours_30d {1,30}312 {2}━{20,}╸?─+ psi 0\.310 !$/m);
});

test("beside a month the first fault, and how many others there are, are whole", () => {
  const known = scenario("many");
  const reason = "not as expected: a name of a column that is as long as names of columns are ≥ 0";
  const fault = { file: "usage_agg_30d.csv", line: 2, code: "unexpected", reason } as const;
  const details = known.details.map((detail) => ({ ...detail, faults: [fault, fault] }));
  const text = new Session({ ...known, details }, { size: { columns: 120, rows: 40 } }).press("down").text();
  const pane = text.split("\n").map((line) => line.split(" │ ")[1]?.trim() ?? "");
  expect(pane.join(" ")).toContain(`usage_agg_30d.csv:2: ${reason}, and 3 more`);
});

test("a dry run has sealed nothing, live or in the ledger, and tables stand in their own order", async () => {
  const size = { columns: 120, rows: 40 };
  const live = new Session(scenario("published"), { size, events: await readStream("dry-run") }).press("r", "enter");
  expect(live.text().split(/^ log/m)[0]).not.toMatch(/ sealed$/m);
  const known = scenario("published");
  const details = known.details.map((detail) => ({
    ...detail,
    mode: "dry_run" as const,
    status: "dry_run" as const,
    snapshots: [],
    files: detail.files.toReversed(),
  }));
  const kept = new Session({ ...known, details }, { size }).open({ ...livePlace, run: 2 }).text();
  expect(kept).toContain("dry run, rolled back");
  expect(kept.split(/^ log/m)[0]).not.toMatch(/ sealed$/m);
  expect(kept).toMatch(/^ +users .*\n +subscriptions .*\n +usage_agg_30d .*\n/m);
});

test("beside a pane the names of expectations go before what was observed", async () => {
  const text = (await ran("rejected", { columns: 120, rows: 40 })).press("v").text();
  expect(text).toMatch(/✔ support_agg_90d +ticket_avg_resolution_hrs_90d ≥ 0 .*│/);
});

/** With as many values as this, under keys as long as this. */
function withValues(ui: Ui, total: number, keyLength: number): Ui {
  const samples = Object.entries(ui.samples).map(([name, known]) => {
    const rows = known.rows.map((row) => ({ ...row, key: { user_id: "k".repeat(keyLength) } }));
    return [name, { ...known, total, rows: [...rows].reverse() }] as const;
  });
  return { ...ui, samples: Object.fromEntries(samples) };
}

test("values below a list of expectations, and how many others there are, end before the last column", async () => {
  for (const columns of [60, 80, 100]) {
    const { ui } = (await ran("bad", { columns, rows: 24 })).press("v");
    for (const total of [4, 1_234, 100_000_000])
      for (let length = 1; length < 60; length += 3) {
        const text = Session.textOf(withValues(ui, total, length));
        expect(text.split("\n").filter((line) => displayWidth(line) >= columns)).toEqual([]);
        const [, more = ""] = /and ([\d,]+) more: enter shows them/.exec(text) ?? [];
        const values = text.match(/"-(3\.20|18\.25|0\.01)"/g)?.length ?? 0;
        expect(Number(more.replaceAll(",", "")) + values).toBe(total);
      }
  }
});

test("a short terminal shows each suite that it has lines for", () => {
  const text = new Session(scenario("published"), { size: { columns: 60, rows: 15 } }).press("5").text();
  const { suites } = new Session(scenario("published")).press("5").ui;
  for (const { table } of suites ?? []) expect(text).toMatch(new RegExp(`^. . ${table} `, "m"));
});

test("what an expectation is about is whole where no value needs the lines", async () => {
  const session = (await ran("rejected", { columns: 60, rows: 15 })).press("v", "G", "enter");
  const facts = session.text().split("\n").slice(2, 6).join("\n");
  expect(facts).toMatch(/^ {3}before ▁+$/m);
  expect(facts).toContain('other_table_name "users"');
  expect(facts).not.toContain("…");
});

test("counts of a list of runs stand below each other, with a sign or without, and none is cut", () => {
  const known = scenario("many");
  for (const passed of [5, 98, 998]) {
    const runs = known.runs.map((run, index) => ({
      ...run,
      status: index % 2 === 0 ? ("rejected" as const) : ("published" as const),
      expectations: { ...run.expectations, passed, failed: index % 2 === 0 ? 2 : 0, warned: index % 2 === 0 ? 0 : 2 },
    }));
    for (const columns of [60, 80, 120, 220]) {
      const text = new Session({ ...known, runs }, { size: { columns, rows: 40 } }).press("H").text();
      const places = text.split("\n").map((line) => line.indexOf(`${passed}/${passed + 2}`));
      const found = new Set(places.filter((place) => place >= 0));
      expect([columns, passed, found.size]).toEqual([columns, passed, 1]);
    }
    const mild = runs.map((run, index) =>
      index % 2 === 0 ? run : { ...run, expectations: { ...run.expectations, passed: passed + 2, warned: 0 } },
    );
    const text = new Session({ ...known, runs: mild }, { size: { columns: 80, rows: 40 } }).press("H").text();
    const places = text.split("\n").map((line) => line.search(new RegExp(`/${passed + 2}( |$)`)));
    expect(new Set(places.filter((place) => place >= 0)).size).toBe(1);
  }
});

test("a share stands below its heading, and what explains a list below its last line", () => {
  for (const columns of [60, 80, 120, 220]) {
    const words = new Session(scenario("published"), { size: { columns, rows: 40 } }).press("s", "c", "down", "enter");
    const lines = words.text().split("\n");
    const heading = lines.find((line) => line.includes("MOST FREQUENT")) ?? "";
    const ends = lines.flatMap((line) => /^[▸ ] 2024-\d\d-\d\d .*No +\d+ %/.exec(line)?.[0].length ?? []);
    expect([columns, ...new Set(ends)]).toEqual([columns, heading.indexOf("SHARE") + "SHARE".length]);
    const unknown = new Session(scenario("published"), { size: { columns, rows: 40 } }).press("s", "c", "G", "enter");
    expect(unknown.text()).toMatch(/2024-01-31 .* – *(│.*)?$/m);
    expect(unknown.text()).not.toContain("––");
    const figures = new Session(scenario("published"), { size: { columns, rows: 40 } }).press("s", "c", "enter").text();
    expect(figures).toMatch(/^[▸ ] 2024-01-31 .*\n +─ 5 to 95 %/m);
  }
});

test("what values come from stands below each other", async () => {
  for (const columns of [80, 120, 220]) {
    const text = (await ran("bad", { columns, rows: 24 })).press("v").text();
    const places = text.split("\n").flatMap((line) => (/"-\d/.test(line) ? [line.search(/\S+\.csv:\d/)] : []));
    expect(new Set(places.filter((place) => place >= 0)).size).toBe(1);
  }
});

test("the month that is being run is called that in its line, too", async () => {
  const events = await readStream("halfway");
  for (const columns of [60, 80, 120, 220]) {
    const size = { columns, rows: 24 };
    const text = new Session(scenario("halfway"), { size, events, hold: true }).press("r", "enter", "esc").text();
    expect(text).toMatch(/month_002 .* running( |$)/m);
    expect(text).not.toMatch(/month_002 .* new/);
  }
});

test("beside a month the rows that its files have are told once, with how they changed", () => {
  const text = new Session(scenario("many"), { size: { columns: 120, rows: 40 } }).text();
  const pane = text.split("\n").map((line) => line.split(" │ ")[1] ?? "");
  expect(pane.filter((line) => line.includes("16,129")).length).toBe(6);
  expect(pane.filter((line) => /[+-][\d.]+ % +▁.*▇ *$/.test(line)).length).toBe(6);
});

test("a key that nobody knows is a sign, and no blank", async () => {
  const session = (await ran("bad", { columns: 80, rows: 24 })).press("v", "enter");
  const ui = session.ui;
  const unknown = Object.fromEntries(
    Object.entries(ui.values).map(([name, known]) => [
      name,
      { ...known, pages: { 0: (known.pages[0] ?? []).map((row) => ({ ...row, key: {} })) } },
    ]),
  );
  expect(Session.textOf({ ...ui, values: unknown })).toMatch(/^▸ – +"-3\.20" /m);
});

test("signs of ours within words that the ledger keeps have stand-ins in ASCII", async () => {
  const known = scenario("rejected");
  const reason = "not as expected: watch_hours_30d ≥ 0";
  const fault = {
    file: "usage_agg_30d.csv",
    line: 2,
    column: "watch_hours_30d",
    value: "-3.25",
    reason,
    code: "unexpected",
  } as const;
  const details = known.details.map((detail) => ({ ...detail, faults: detail.run === 3 ? [fault] : [] }));
  const text = (unicode: boolean) =>
    new Session({ ...known, details }, { unicode, size: { columns: 120, rows: 40 } })
      .open({ ...livePlace, run: 3 })
      .text();
  expect(text(true)).toContain(reason);
  expect(text(false)).toContain("not as expected: watch_hours_30d >= 0");
});
