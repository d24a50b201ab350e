import { endsInWords, knownOf, missingOf, placeOf as placeInOrder } from "../../client/profiles.ts";
import { profileValue } from "../../client/words.ts";
import { bar, formatCount, formatCounted, formatPercent } from "../../core/format.ts";
import { type Profile, profilingCommand, usualOf } from "../../core/messages/profiles.ts";
import { clip, displayWidth, escapeControl, padEnd, padStart } from "../../core/text.ts";
import { type Area, paragraph } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { drawnWidth, greatestOf, histogramRows } from "../drawing/histogram.ts";
import { key } from "../drawing/keys-in-words.ts";
import { placeOf as columnOf } from "../drawing/plot.ts";
import { indented, type Row, type Span, span } from "../drawing/spans.ts";
import { sharesOf } from "../model/columns/lines.ts";
import type { Ui } from "../model/model.ts";

/** A column in one month, over the month before. */
interface Pictured {
  now: { as_of: string; profile: Profile };
  before: { as_of: string; profile: Profile } | null;
}

/** What its values come to, and how they are spread: bins of what has an order, else the most frequent values. */
export function pictureRows(ui: Ui, pictured: Pictured, { width, height }: Area): Row[] {
  const { profile } = pictured.now;
  const facts = factRows(ui, pictured, width);
  const area = { width, height: height - facts.length };
  if (area.height < 3) return facts;
  const shares = sharesOf(profile, pictured.before?.profile ?? null);
  if (shares !== null) return [...facts, ...histogram(ui, pictured, shares, area)];
  if (profile.frequent.length > 0) return [...facts, ...frequencies(ui, pictured, area)];
  return [...facts, ...paragraph(ui, whyNoPicture(profile), area.height, "dim")];
}

/** Of what has neither bins nor frequent values. */
function whyNoPicture(profile: Profile): string {
  if (knownOf(profile) === 0) return "Every value is missing.";
  if (profile.of_key === true) return "It is of the table's key: no value is kept of what says whose row it is.";
  if (profile.min === null) return "Most of its values occur once, as names do: none of them is kept.";
  return `${whyNoBins(profile)}, and none of them was found twice.`;
}

function whyNoBins(profile: Profile): string {
  const { kind, min, max } = profile;
  const [endless] = [min, max].filter((end) => placeInOrder(kind, end) === null);
  if (endless !== undefined) return `It holds ${profileValue(endless, profile)}, which has no place on an axis`;
  // Times have bins however close they lie.
  const isClose = kind === "number" && Number.isFinite(Number(max) - Number(min));
  return `Its values lie too ${isClose ? "close together" : "far apart"} for bins`;
}

/** What a column is, in as many words as fit; what changed stands beside it. */
function factRows(ui: Ui, { now, before }: Pictured, width: number): Row[] {
  const { arrow, none } = glyphsOf(ui.look);
  const moved = (of: (profile: Profile) => string) => {
    const [then, later] = [before === null ? null : of(before.profile), of(now.profile)];
    return then === null || then === later ? later : `${then} ${arrow} ${later}`;
  };
  const { kind } = now.profile;
  const value = (of: (profile: Profile) => string | null) =>
    moved((profile) => escapeControl(profileValue(of(profile), profile)).replace("–", none));
  const facts: [name: string, words: string][] = [
    ["missing", moved((profile) => percentOf(missingOf(profile), none))],
    ...(kind === "number" || kind === "time" ? [[usualNames[kind], value(usualOf)] as [string, string]] : []),
    ["distinct", moved(({ distinct, distinct_exact }) => `${distinct_exact ? "" : "~"}${formatCount(distinct)}`)],
    ...(kind === "number" ? [["deviation", value(({ stddev }) => stddev)] as [string, string]] : []),
  ];
  const spans: Span[] = [];
  for (const [name, words] of facts) {
    const gap = spans.length === 0 ? "" : "   ";
    const used = spans.reduce((sum, { text }) => sum + displayWidth(text), 0);
    if (used + gap.length + name.length + 1 + displayWidth(words) > width - 5) break;
    spans.push(span(`${gap}${name} `, "dim"), span(words));
  }
  return [indented(...spans)];
}

const usualNames = { number: "mean", time: "median" } as const;

function percentOf(share: number | null, none: string): string {
  return share === null ? none : formatPercent(100 * share);
}

/** What the two signs of a picture stand for. */
function legend({ now, before }: Pictured, signs: { now: string; before: string }, isDrawn: boolean): Row {
  const other =
    before === null
      ? [span("   no profile before it", "dim")]
      : isDrawn
        ? [span(`   ${signs.before} `), span(before.as_of, "dim")]
        : [span(`   ${before.as_of} has other bins`, "dim")];
  return indented(span(`${signs.now} `, "accent"), span(now.as_of, "dim"), ...other);
}

const labelWidth = 8;

function histogram(
  ui: Ui,
  pictured: Pictured,
  shares: NonNullable<ReturnType<typeof sharesOf>>,
  { width, height }: Area,
): Row[] {
  const glyphs = glyphsOf(ui.look);
  const { profile } = pictured.now;
  const room = width - 4 - labelWidth;
  const bars = histogramRows(shares, room, height - 2, glyphs);
  const label = (index: number) =>
    index === 0 ? formatPercent(100 * greatestOf(shares)) : index === bars.length - 1 ? "0 %" : "";
  const drawn = drawnWidth(shares.now.length, room);
  const format = (place: number) =>
    profile.kind === "time" ? new Date(place).toISOString().slice(0, 10) : profileValue(String(place), profile);
  const { low, high } = endsInWords(shares.bins, format, glyphs.atLeast);
  const axis = padEnd(low, Math.max(0, drawn - high.length)) + (low.length + high.length < drawn ? high : "");
  const signs = { now: glyphs.columns.at(-1) ?? "", before: glyphs.lines[Math.floor(glyphs.lines.length / 2)] ?? "" };
  return [
    legend(pictured, signs, shares.before !== null),
    ...bars.map((spans, index) => indented(span(`${padStart(label(index), labelWidth - 1)} `, "dim"), ...spans)),
    indented(span(" ".repeat(labelWidth)), span(axis, "dim")),
  ];
}

/** A bar for each of the most frequent values, and a mark at what it was. */
function frequencies(ui: Ui, pictured: Pictured, { width, height }: Area): Row[] {
  const glyphs = glyphsOf(ui.look);
  const { profile } = pictured.now;
  const before = pictured.before?.profile ?? null;
  const room = height - 2;
  const shown = profile.frequent.slice(0, profile.frequent.length > room ? room - 1 : room);
  const names = Math.min(
    Math.max(4, Math.floor(width / 3)),
    Math.max(...shown.map(({ value }) => displayWidth(escapeControl(value)) + 2)),
  );
  const bars = Math.max(4, Math.min(60, width - names - 18));
  const shareIn = (of: Profile, value: string) =>
    (of.frequent.find((one) => one.value === value)?.rows ?? 0) / Math.max(1, knownOf(of));
  const most = Math.max(
    ...shown.flatMap(({ value }) => [shareIn(profile, value), before === null ? 0 : shareIn(before, value)]),
  );
  const rest = profile.distinct - shown.length;
  return [
    legend(pictured, { now: glyphs.bar.full, before: glyphs.between }, true),
    ...shown.map(({ value }) => {
      const share = shareIn(profile, value);
      const cells = [...padEnd(bar(share / most, bars, { ...glyphs.bar, empty: " " }), bars)];
      const then = before === null ? null : columnOf(shareIn(before, value), { least: 0, greatest: most }, bars);
      const drawn =
        then === null
          ? [span(cells.join(""), "accent")]
          : [
              span(cells.slice(0, then).join(""), "accent"),
              span(glyphs.between),
              span(cells.slice(then + 1).join(""), "accent"),
            ];
      const name = clip(escapeControl(`"${value}"`), names, glyphs.ellipsis);
      return indented(padEnd(name, names), " ", ...drawn, " ", padStart(formatPercent(100 * share), 8));
    }),
    ...(rest > 0 && shown.length < room ? [indented(span(`and ${formatCounted(rest, "other value")}`, "dim"))] : []),
  ];
}

/** In place of a picture that there cannot be yet. */
export function unprofiledRows(ui: Ui): Row[] {
  return paragraph(
    ui,
    `It was not profiled: ${key("p")} does that, as ${profilingCommand} on the command line.`,
    3,
    "warn",
  );
}
