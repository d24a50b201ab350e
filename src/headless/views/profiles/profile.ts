import { profileValue as shown } from "../../../client/words.ts";
import { bar, blockBar, formatCount, formatCounted, formatPercent } from "../../../core/format.ts";
import { type Profile, profilingCommand, type TableProfile } from "../../../core/messages/profiles.ts";
import type { Replies } from "../../../core/messages/requests.ts";
import { escapeControl } from "../../../core/text.ts";
import { countColumn, parts, tableOfAny } from "../columns.ts";
import type { Look } from "../output.ts";
import { type Column, facts, table, type View } from "../table.ts";

const share = (rows: number, { rows: all }: Profile) => formatPercent(all === 0 ? 0 : (100 * rows) / all);

const distinctOf = ({ distinct, distinct_exact }: Profile) => `${distinct_exact ? "" : "~"}${formatCount(distinct)}`;

function mostFrequent(profile: Profile): string {
  const [first] = profile.frequent;
  return first === undefined ? "–" : `${shown(first.value, profile)} (${share(first.rows, profile)})`;
}

const median = ({ quantiles }: Profile) => quantiles.find((one) => one.share === 0.5)?.value ?? null;

const valueColumn = (title: string, of: (profile: Profile) => string | null): Column<Profile> => ({
  title,
  align: "right",
  cell: (profile) => shown(of(profile), profile),
  flexible: true,
});

const columns: Column<Profile>[] = [
  { title: "COLUMN", cell: ({ column }) => column, flexible: true },
  { title: "TYPE", cell: ({ type }) => type },
  countColumn("NULLS", ({ nulls }) => nulls),
  { title: "DISTINCT", align: "right", cell: distinctOf },
  valueColumn("MIN", ({ min }) => min),
  valueColumn("MEDIAN", median),
  valueColumn("MAX", ({ max }) => max),
  valueColumn("MEAN", ({ mean }) => mean),
  valueColumn("STDDEV", ({ stddev }) => stddev),
  { title: "MOST FREQUENT", cell: mostFrequent, flexible: true },
];

function heading({ table: name, as_of, run, columns: profiles }: TableProfile, look: Look): string {
  const rows = profiles?.[0] === undefined ? "" : `  ${formatCounted(profiles[0].rows, "row")}, run ${run}`;
  return `${look.paint("bold", escapeControl(`${name} as of ${as_of}`))}${rows}\n`;
}

interface Part {
  what: string;
  rows: number;
}

/** Rows of a column, with a bar of their share: full for the most there are of any. */
function barsOf(title: string, all: readonly Part[], profile: Profile, look: Look): string {
  const most = Math.max(1, ...all.map(({ rows }) => rows));
  const bars: Column<Part>[] = [
    { title, cell: ({ what }) => what, flexible: true },
    countColumn("ROWS", ({ rows }) => rows),
    { title: "SHARE", align: "right", cell: ({ rows }) => share(rows, profile) },
    { title: "", cell: ({ rows }) => bar(rows / most, 20, blockBar) },
  ];
  return tableOfAny(bars, all, look);
}

function binsOf({ histogram, kind }: Profile): Part[] {
  if (histogram === null) return [];
  const { edges, counts, under, over } = histogram;
  const [low = null, high = null] = [edges[0], edges.at(-1)];
  const bins = counts.map((rows, at) => {
    const [from = null, to = null] = [edges[at], edges[at + 1]];
    return { what: `${shown(from, { kind })} … ${shown(to, { kind })}`, rows };
  });
  const outside = (what: string, rows: number) => (rows === 0 ? [] : [{ what, rows }]);
  return [
    ...outside(`below ${shown(low, { kind })}`, under),
    ...bins,
    ...outside(`${shown(high, { kind })} and above`, over),
  ];
}

/** One column by itself: all figures, each bin and each of the most frequent values. */
function details(profile: Profile, look: Look): string {
  const { type, rows, nulls, min, max, mean, stddev, quantiles, frequent } = profile;
  const entries: (readonly [string, string])[] = [
    ["column", profile.column],
    ["type", type],
    ["rows", formatCount(rows)],
    ["nulls", `${formatCount(nulls)} (${share(nulls, profile)})`],
    ["distinct", distinctOf(profile)],
    ["min", min ?? "–"],
    ["max", max ?? "–"],
    ...(mean === null ? [] : [["mean", mean] as const]),
    ...(stddev === null ? [] : [["stddev", stddev] as const]),
    ...quantiles.map((one) => [`${Number((100 * one.share).toFixed(1))} %`, one.value] as const),
  ];
  const values = frequent.map(({ value, rows: of }) => ({ what: value, rows: of }));
  return parts([
    facts(entries, look),
    barsOf("BIN", binsOf(profile), profile, look),
    barsOf("MOST FREQUENT", values, profile, look),
  ]);
}

/** `profile`: what each column of a snapshot comes to, or all that is known of one. */
export function profileView(column: string | null): View<Replies["profile"]> {
  return {
    text: ({ profiles }, look) =>
      parts(
        profiles.flatMap((one) => {
          if (one.columns === null || one.columns.length === 0) return [];
          const figures =
            column === null ? table(columns, one.columns, look) : one.columns.map((of) => details(of, look));
          return [heading(one, look) + (typeof figures === "string" ? figures : figures.join("\n"))];
        }),
      ),
    note: ({ profiles }) => noteOf(profiles, column),
  };
}

function noteOf(profiles: readonly TableProfile[], column: string | null): string | null {
  const missing = profiles.filter(({ columns: known }) => known === null);
  if (missing.length === 0) return null;
  // A column that is not in a snapshot is in none of its profiles.
  if (column !== null && missing.length < profiles.length) return null;
  const names = missing.map(({ table: name }) => name).join(", ");
  return `Not profiled: ${escapeControl(names)}. Run ${profilingCommand}.`;
}
