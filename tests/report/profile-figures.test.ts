import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { binsOf, knownOf, missingOf, placeOf, quantileOf } from "../../src/client/profiles.ts";
import { profileValue } from "../../src/client/words.ts";
import { formatCount } from "../../src/core/format.ts";
import type { Profile } from "../../src/core/messages/profiles.ts";
import { figure } from "../../src/report/charts/numbers.ts";
import { formatOf, percent } from "../../src/report/charts/values.ts";
import { barsOf, cornersOf, expectCells, expectLengths, expectLine, expectSpread, peakOf, pictureOf } from "./drawn.ts";
import { type ReadPage, rowsOf } from "./reading.ts";
import { february, last, march, type WrittenPages, writePages } from "./written.ts";

/** Figures of columns, in words and in pictures, read back and held against `profile`, and these against SQL. */

setDefaultTimeout(120_000);

let written: WrittenPages;
beforeAll(async () => {
  written = await writePages();
});
afterAll(() => written.remove());

describe("the page of a table", () => {
  test("has what each column came to, in words and in pictures", () => {
    for (const { table, profiles } of written.tables) {
      for (const { column } of profiles.at(-1)?.columns ?? []) {
        const months = profiles.flatMap(({ as_of, columns }) =>
          columns.filter((one) => one.column === column).map((profile) => ({ as_of, profile })),
        );
        expectColumn(written.page(`tables/${table}`), months);
      }
    }
  });

  test("has it as SQL has it", async () => {
    for (const { table, profiles } of written.tables) {
      const snapshot = written.detail.snapshots.find((one) => one.source === table)?.table;
      const columns = profiles.at(-1)?.columns ?? [];
      if (snapshot === undefined) continue;
      // A drop may have columns that are not frozen.
      const frozen = await written.database.sql`
        select attname as name from pg_attribute where attrelid = ${snapshot}::regclass and attnum > 0`;
      const isFrozen = ({ column }: Profile) => frozen.some(({ name }) => name === column);
      for (const profile of columns.filter(isFrozen)) await expectOfSql(snapshot, profile);
    }
  });
});

interface ColumnMonth {
  as_of: string;
  profile: Profile;
}

function expectColumn(on: ReadPage, months: readonly ColumnMonth[]): void {
  const newest = months.at(-1)?.profile;
  if (newest === undefined) return;
  const { column, type, kind, rows, nulls, distinct, min, max, mean, stddev, frequent, histogram } = newest;
  const known = (value: string | null) => profileValue(value, newest);
  const over = (of: (profile: Profile) => number | null) =>
    months.flatMap(({ as_of, profile }) => [{ as_of, value: of(profile) }].filter(({ value }) => value !== null)) as {
      as_of: string;
      value: number;
    }[];
  expect(on.text).toContain(
    `${column}Type${type} (${kind})Rows${formatCount(rows)}Missing${formatCount(nulls)} (${percent(nulls / rows)})` +
      `Different values${formatCount(distinct)}Lowest${known(min)}Highest${known(max)}` +
      (kind === "number" ? `Mean${known(mean)}Standard deviation${known(stddev)}` : ""),
  );
  expectLine(on, `${column}: share missing`, over(missingOf), percent);
  expectLine(
    on,
    `${column}: different values`,
    over((one) => one.distinct),
    figure,
  );
  if (kind === "number" || kind === "time") {
    const [format, place] = [
      formatOf(kind),
      (of: (one: Profile) => string | null) => over((one) => placeOf(kind, of(one))),
    ];
    const median = `${column}: median, the middle half, and 5 % to 95 %`;
    const medians = place((one) => quantileOf(one, 0.5));
    expectLine(on, median, medians, format);
    if (medians.length > 1) {
      for (const [name, low, high] of [
        ["spread", 0.05, 0.95],
        ["inner", 0.25, 0.75],
      ] as const) {
        const [lows, highs] = [low, high].map((share) => place((one) => quantileOf(one, share)));
        const spread = (lows ?? []).map(({ value }, at): [number, number] => [value, highs?.[at]?.value ?? 0]);
        expectSpread(
          pictureOf(on, median),
          name,
          medians.map(({ value }) => value),
          spread,
        );
      }
    }
    if (kind === "number")
      expectLine(
        on,
        `${column}: mean`,
        place((one) => one.mean),
        format,
      );
    expectLine(
      on,
      `${column}: lowest`,
      place((one) => one.min),
      format,
    );
    expectLine(
      on,
      `${column}: highest`,
      place((one) => one.max),
      format,
    );
    const bins = months.flatMap(({ profile }) =>
      [(binsOf(profile) ?? []).map(({ share }) => share)].filter((one) => one.length > 0),
    );
    // What has a histogram has a place on the axis.
    expect([column, bins.length]).toEqual([column, months.filter(({ profile }) => profile.histogram !== null).length]);
    const first = months[0]?.profile;
    if (bins.length > 0 && first !== undefined) {
      const picture = pictureOf(on, `${column}: distribution, low to high`);
      expectCells(picture, bins);
      const [begin, end, most] = [peakOf(first), peakOf(newest), percent(Math.max(...bins.flat()))];
      expect([column, picture.told]).toEqual([
        column,
        `At ${months[0]?.as_of} most values: ${begin.place}. At ${months.at(-1)?.as_of} most values: ${end.place}. ` +
          `The darkest cell is ${most} of a month's values.`,
      ]);
    }
  }
  if (histogram !== null || frequent.length === 0) return;
  const shareOf = (profile: Profile, value: string) =>
    knownOf(profile) === 0 ? null : (profile.frequent.find((one) => one.value === value)?.rows ?? 0) / knownOf(profile);
  const shown = frequent.slice(0, 8);
  expect(rowsOf(on, `Most frequent values of ${column}`).map(({ Value, Rows, Share }) => [Value, Rows, Share])).toEqual(
    shown.map(({ value, rows: count }) => [value, formatCount(count), percent(count / (rows - nulls))]),
  );
  for (const { value } of shown)
    expectLine(
      on,
      `${column}, ${value}: share over the months`,
      over((one) => shareOf(one, value)),
      percent,
    );
}

/** What of a profile any server can tell in a word. */
async function expectOfSql(snapshot: string, profile: Profile): Promise<void> {
  const { sql } = written.database;
  const cell = sql(profile.column);
  const of = sql`from ${sql(snapshot)} where as_of = ${march}`;
  const [row] = await sql`
    select count(*)::int as rows, (count(*) - count(${cell}))::int as nulls, count(distinct ${cell})::int as distinct ${of}`;
  const { column, rows, nulls, distinct } = profile;
  expect({ column, rows, nulls, distinct }).toEqual({ column, ...row } as never);
  for (const { value, rows: count } of profile.frequent) {
    // Of a number zeros at its end are left out.
    const isIt = profile.kind === "number" ? sql`${cell}::numeric = ${value}::numeric` : sql`${cell}::text = ${value}`;
    const [found] = await sql`select count(*)::int as count ${of} and ${isIt}`;
    expect([column, value, found?.count]).toEqual([column, value, count]);
  }
  if (profile.kind !== "number") return;
  const [numbers] = await sql`
    select min(${cell})::float8, max(${cell})::float8, avg(${cell})::float8 as mean, stddev_pop(${cell})::float8 as stddev ${of}`;
  for (const name of ["min", "max", "mean", "stddev"] as const)
    expect([column, name, Number(profile[name])]).toEqual([column, name, expect.closeTo(numbers?.[name], 6)]);
  for (const { share, value } of profile.quantiles) {
    const [found] =
      await sql`select percentile_disc(${share}::float8) within group (order by ${cell})::float8 as value ${of}`;
    expect([column, share, Number(value)]).toEqual([column, share, found?.value]);
  }
  const { edges, counts, under, over } = profile.histogram ?? { edges: [], counts: [], under: 0, over: 0 };
  for (const [bin, count] of [under, ...counts, over].entries()) {
    const [low, high] = [edges[bin - 1] ?? "-infinity", edges[bin] ?? "infinity"];
    const [found] =
      await sql`select count(*)::int as count ${of} and ${cell}::float8 >= ${low}::float8 and ${cell}::float8 < ${high}::float8`;
    expect([column, bin, edges.length === 0 ? count : found?.count]).toEqual([column, bin, count]);
  }
}

test("the page of a run lays each column over what it was before", () => {
  let drawn = 0;
  for (const { table, profiles } of written.tables) {
    for (const now of profiles.at(-1)?.columns ?? []) {
      const before = profiles.at(-2)?.columns.find(({ column }) => column === now.column);
      if (before === undefined || (now.histogram === null && now.frequent.length === 0)) continue;
      drawn++;
      for (const name of ["single", `runs/run-${last}`])
        expectLaidOver(written.page(name), `${table}, ${now.column}`, now, before);
    }
  }
  expect(drawn).toBeGreaterThan(20);
});

function expectLaidOver(on: ReadPage, title: string, now: Profile, before: Profile): void {
  const picture = pictureOf(on, title);
  const [bins, earlier] = [binsOf(now), binsOf(before)];
  if (bins !== null) {
    const shares = bins.map(({ share }) => share).filter((share) => share > 0);
    const heights = barsOf(picture, "now", "height");
    // A bin of few values is half a pixel high at least.
    const seen = shares.map((share, at) => ({ share, height: heights[at] ?? 0 })).filter(({ height }) => height > 0.5);
    expect([title, heights.length]).toEqual([title, shares.length]);
    expectLengths(
      seen.map(({ height }) => height),
      seen.map(({ share }) => share),
      title,
    );
    const then = (earlier ?? []).flatMap(({ share }) => [share, share]);
    const steps = cornersOf(picture, "then").map(({ y }) => y);
    // The line's lowest place is where nothing lies: at the foot of the bars.
    const foot = 120 - 18;
    expectLengths(
      [...steps.map((y) => foot - y), ...seen.map(({ height }) => height)],
      [...then, ...seen.map(({ share }) => share)],
      `${title}, before`,
    );
    const peaks = [
      { of: now, at: march },
      { of: before, at: february },
    ].map(({ of, at }) => `At ${at} most values, ${percent(peakOf(of).share)}: ${peakOf(of).place}.`);
    expect([title, picture.told]).toEqual([title, peaks.join(" ")]);
  } else {
    expect([title, now.histogram]).toEqual([title, null]);
    const values = [...new Set([...now.frequent, ...before.frequent].map(({ value }) => value))].slice(0, 6);
    const shareIn = (profile: Profile, value: string) =>
      (profile.frequent.find((one) => one.value === value)?.rows ?? 0) / knownOf(profile);
    const pairs = values.map((value) => ({ value, share: shareIn(now, value), was: shareIn(before, value) }));
    const told = pairs.map(({ value, share, was }) => `${value}: ${percent(share)}, before ${percent(was)}.`);
    expect([title, picture.told]).toEqual([title, `Shares at ${march} and ${february}. ${told.join(" ")}`]);
    const drawn = [...barsOf(picture, "now", "width"), ...barsOf(picture, "then-bar", "width")];
    expectLengths(drawn, [...pairs.map(({ share }) => share), ...pairs.map(({ was }) => was)], title);
  }
  const missing = `${percent(missingOf(now) ?? 0)} missing, before ${percent(missingOf(before) ?? 0)}`;
  expect(on.text).toContain(missing);
}
