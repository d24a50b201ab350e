import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { expectationInOneLine, observation, took, verdictWord } from "../../src/client/words.ts";
import { formatBytes, formatCount, formatDuration, formatMoment } from "../../src/core/format.ts";
import { type RunEntry, secondsOf } from "../../src/core/messages/listings.ts";
import { allOf } from "../../src/core/messages/verdicts.ts";
import { figure } from "../../src/report/charts/numbers.ts";
import { boundsOf, figureName } from "../../src/report/sections/bounds.ts";
import { barsOf, expectLengths, expectLine, pictureOf } from "./drawn.ts";
import { rowsOf } from "./reading.ts";
import { february, last, march, movesInSql, type WrittenPages, writePages } from "./written.ts";

/** Figures of runs on every kind of page, read back and held against `show`, `runs`, `compare` and kin, and SQL. */

setDefaultTimeout(120_000);

let written: WrittenPages;
beforeAll(async () => {
  written = await writePages();
});
afterAll(() => written.remove());

/** The oldest first. */
const published = () => written.runs.toReversed();

const rowsIn = (run: RunEntry) => run.tables.reduce((sum, { rows }) => sum + rows, 0);

describe("the index", () => {
  test("lists what `runs` and `months` have", async () => {
    expect(rowsOf(written.page("index"), "All 3 runs").map(Object.values)).toEqual(
      written.runs.map((run) => [
        ...[`run ${run.run}`, run.month, run.as_of, `✓ ${run.status}`, formatMoment(run.started_at), took(run)],
        ...[formatCount(rowsIn(run)), `${run.expectations.passed} passed`],
      ]),
    );
    const { months } = await written.pipeline.call({ kind: "months" });
    expect(rowsOf(written.page("index"), "Months, the newest first").map(Object.values)).toEqual(
      months.map(({ month, as_of, state, last_run }) => [
        ...[month, as_of, `✓ ${state}`, "✓ done", "✓ done"],
        ...[`✓ ${last_run?.expectations.passed}/24`, "✓ sealed", `run ${last_run?.run}`],
      ]),
    );
    expect(written.page("index").text).toContain(`First month2024-01Months${months.length}Runs${written.runs.length}`);
  });

  test("draws rows, verdicts and durations, and each table's rows as SQL counts them", async () => {
    const over = (value: (run: RunEntry) => number) =>
      published().map((run) => ({ as_of: run.as_of, value: value(run), isGood: true }));
    expectLine(written.page("index"), "Rows of all tables, as published", over(rowsIn), figure);
    const missed = over(({ expectations }) => allOf(expectations) - expectations.passed);
    expectLine(written.page("index"), "Expectations that did not pass in a month's last run", missed, figure);
    expectLine(
      written.page("index"),
      "What a publication took",
      over((run) => secondsOf(run) ?? 0),
      formatDuration,
    );
    for (const { Table: table, Rows } of rowsOf(written.page("index"), "Tables of the dataset")) {
      const counted = over((run) => run.tables.find((one) => one.table === table)?.rows ?? -1);
      expect(Rows).toBe(formatCount(counted.at(-1)?.value ?? -1));
      expectLine(written.page("index"), `Rows of ${table} over the months`, counted, figure);
    }
    for (const { table, rows } of written.detail.snapshots) {
      const [row] = await written.database
        .sql`select count(*)::int as rows from ${written.database.sql(table)} where as_of = ${march}`;
      expect([table, row?.rows]).toEqual([table, rows]);
    }
  });
});

test("the page of a month has its seals and files", async () => {
  const { snapshots } = await written.pipeline.call({ kind: "snapshots" });
  expect(rowsOf(written.page("months/month_002"), "Snapshots of this month").map(Object.values)).toEqual(
    snapshots
      .filter(({ month }) => month === "month_002")
      .map(({ table, as_of, rows, sealed_at, run, fingerprint }) => [
        ...[table, as_of, formatCount(rows), formatMoment(sealed_at), `run ${run}`, fingerprint],
      ]),
  );
  const { months } = await written.pipeline.call({ kind: "months" });
  const files = months.find(({ month }) => month === "month_002")?.files ?? [];
  expect(rowsOf(written.page("months/month_002"), "Files of this month's drop").map(Object.values)).toEqual(
    files.map(({ table, path, bytes }) => [table, path, formatBytes(bytes)]),
  );
});

test("the page of a table has its rows, month by month", () => {
  const titles = {
    Rows: "rows",
    New: "inserted",
    Changed: "updated",
    Unchanged: "unchanged",
    Absent: "absent",
  } as const;
  for (const { table } of written.tables) {
    const lines = published().flatMap(({ month, as_of, run, tables: all }) =>
      all.filter((one) => one.table === table).map((counts) => ({ month, as_of, run, counts })),
    );
    expect(rowsOf(written.page(`tables/${table}`), "Rows as each month was published").map(Object.values)).toEqual(
      lines
        .toReversed()
        .map(({ month, as_of, run, counts }) => [
          ...[month, as_of, `run ${run}`],
          ...Object.values(titles).map((name) => (counts[name] === undefined ? "–" : formatCount(counts[name] ?? 0))),
        ]),
    );
    for (const [title, name] of Object.entries(titles)) {
      const points = lines.flatMap(({ as_of, counts: { [name]: value } }) =>
        value === undefined ? [] : [{ as_of, value }],
      );
      expectLine(written.page(`tables/${table}`), title, points, figure);
    }
  }
});

describe("the page of a run", () => {
  test.each(["single", `runs/run-${last}`])("has what `show` has of tables, seals and files: %s", (name) => {
    const { tables: counted, snapshots, files, expectations } = written.detail;
    const before = written.runs.find(({ run }) => run === last - 1)?.tables ?? [];
    const changed = rowsOf(written.page(name), "Rows of each table");
    expect(changed.map((row) => Object.values(row).slice(0, -1))).toEqual(
      counted.map(({ table, rows, inserted, updated, unchanged, absent }) => [
        ...[table, formatCount(rows), formatCount(before.find((one) => one.table === table)?.rows ?? -1)],
        ...[inserted, updated, unchanged, absent].map((count) => formatCount(count ?? -1)),
      ]),
    );
    for (const now of counted) {
      const picture = pictureOf(written.page(name), `Rows of ${now.table} by what became of them`);
      const then = before.find(({ table }) => table === now.table);
      const fates = [now, then].map((one) => [
        one?.inserted ?? 0,
        one?.updated ?? 0,
        one?.unchanged ?? 0,
        one?.absent ?? 0,
      ]);
      const words = ["new", "changed", "unchanged", "absent"] as const;
      const told = fates.map(
        (all, at) =>
          `${[march, february][at]}: ${all.map((count, of) => `${formatCount(count)} ${words[of]}`).join(", ")}.`,
      );
      expect(picture.told).toBe(told.join(" "));
      const sizes = words.flatMap((word, of) =>
        fates.flatMap((all) => (all[of] ? [{ word, count: all[of] ?? 0 }] : [])),
      );
      // What is there is seen, be it ever so little: a pixel at least.
      const drawn = words.flatMap((word) => barsOf(picture, word, "width"));
      const wide = sizes.map(({ count }, at) => ({ count, width: drawn[at] ?? 0 })).filter(({ width }) => width > 1);
      expectLengths(
        wide.map(({ width }) => width),
        wide.map(({ count }) => count),
        picture.title,
      );
      expect(drawn).toHaveLength(sizes.length);
    }
    expect(rowsOf(written.page(name), "Snapshots that this run sealed").map(Object.values)).toEqual(
      snapshots.map(({ table, source, as_of, rows, fingerprint }) => [
        table,
        source ?? "",
        as_of,
        formatCount(rows),
        fingerprint,
      ]),
    );
    expect(rowsOf(written.page(name), "Files that this run read").map(Object.values)).toEqual(
      files.map(({ table, path, bytes, rows, sha256 }) => [
        table,
        path,
        formatBytes(bytes),
        formatCount(rows ?? -1),
        sha256 ?? "",
      ]),
    );
    expect(written.page(name).text).toContain(`all ${allOf(expectations)} expectations passed`);
    expect(written.page(name).text).toContain(
      `Run${last}Started${formatMoment(written.detail.started_at)}Took${took(written.detail)}`,
    );
  });

  test.each(["single", `runs/run-${last}`])("has each expectation, and draws it: %s", (name) => {
    const { verdicts } = written.detail;
    const lines = rowsOf(written.page(name), "All 24 expectations");
    expect(lines.map((row) => [row.Verdict, row.Table, row.Expectation, row.Found])).toEqual(
      verdicts.map((verdict) => [
        ...[
          `✓ ${verdictWord(verdict)}`,
          verdict.table,
          expectationInOneLine(verdict),
          observation(verdict) || "as expected",
        ],
      ]),
    );
    for (const [position, verdict] of verdicts.entries()) {
      const points = published().flatMap(({ run, as_of }) => {
        const found = written.details.find((one) => one.run === run)?.verdicts[position];
        const value = typeof found?.observed === "number" ? found.observed : (found?.unexpected_count ?? null);
        return value === null ? [] : [{ as_of, value }];
      });
      const title = `${expectationInOneLine(verdict)}: ${figureName(verdict)} over the months`;
      if (points.length > 0) expectLine(written.page(name), title, points, figure, boundsOf(verdict) ?? {});
    }
  });
});

test("the page of a run has how far each column moved: compared anew, as the run found it, and as the definitions have it", async () => {
  const { tables: changes, threshold } = await written.pipeline.call({ kind: "compare", from: february, to: march });
  const [alone, amid] = ["single", `runs/run-${last}`].map((name) =>
    rowsOf(written.page(name), "How far the values of each column moved"),
  );
  expect([alone?.length, amid?.length]).toEqual([changes.flatMap(({ columns }) => columns).length, alone?.length]);
  const [three, share] = [
    (value: number | null) => value?.toFixed(3) ?? "–",
    (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`),
  ];
  for (const { table, columns } of changes) {
    for (const { column, measure, distance, ks, beyond, missing, mean, changed, drifts } of columns) {
      const exact = await movesInSql(written.database, table, column, measure === "psi");
      const own = { distance, ks, beyond, missing, mean, changed };
      for (const [name, value] of Object.entries(exact))
        expect([table, column, name, own[name as keyof typeof own]]).toEqual([
          ...[table, column, name, value === null ? null : expect.closeTo(value, 6)],
        ]);
      const cells = [
        ...[table, column, drifts.length === 0 ? "✓ within" : `! ${drifts.join(", ")}`, measure?.toUpperCase() ?? "–"],
        ...[three(distance), String(threshold), three(ks), share(beyond), share(missing), three(mean)],
      ];
      const rowIn = (rows: typeof alone) => rows?.find((row) => row.Snapshot === table && row.Column === column);
      expect(Object.values(rowIn(amid) ?? {})).toEqual(cells);
      expect(Object.values(rowIn(alone) ?? {})).toEqual([...cells, formatCount(changed)]);
    }
  }
  expect(alone?.some((row) => row.Drift?.startsWith("!"))).toBe(true);
});
