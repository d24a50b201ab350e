import { formatCount, formatCounted, formatPercent } from "../../core/format.ts";
import type { UnexpectedRow, UnexpectedValues } from "../../core/messages/unexpected.ts";
import { observedInWords } from "../../core/suites/expectation-words.ts";
import { clip, clipStart, displayWidth, escapeControl, padEnd } from "../../core/text.ts";
import { type Area, paragraph } from "../components/screen.ts";
import { type Glyphs, glyphsOf, sparkline } from "../drawing/glyphs.ts";
import { key, withKeysInForce } from "../drawing/keys-in-words.ts";
import { indented, type Row, type Span, span, widthOf } from "../drawing/spans.ts";
import { refusalOf, sampleName, type Ui } from "../model/model.ts";
import { type JudgedVerdict, placeInWords, whyUnseen } from "../model/verdicts.ts";

/** A value as it is in the data: quoted, so that blanks show; NULL without quotes. */
export function shownValue(value: string | null): Span {
  return value === null ? span("NULL", "warn") : span(`"${value}"`, "warn");
}

/** Where a value came from; nothing when the file is not known. */
export function origin({ file, line }: UnexpectedRow): string {
  return file === null ? "" : escapeControl(placeInWords(file, line));
}

export function keyInWords(key: Record<string, string>): string {
  return escapeControl(Object.values(key).join(", "));
}

/** Of values beyond the first ones the file and the line are known, and no key. */
export function shownKey(key: Record<string, string>, glyphs: Glyphs): Span {
  const words = keyInWords(key);
  return words === "" ? span(glyphs.none, "dim") : span(words);
}

/** How many, and which share of all where there is room for it. */
export function unexpected(verdict: JudgedVerdict, glyphs: Glyphs, room = Number.POSITIVE_INFINITY): Span {
  const { unexpected_count: count, unexpected_percent: percent } = verdict;
  if (count === null) return span(glyphs.none, "dim");
  if (count === 0) return span("0", "dim");
  const share = percent === null ? "" : ` (${formatPercent(percent)})`;
  const counted = formatCount(count);
  return span(counted.length + share.length <= room ? counted + share : counted);
}

/** What that expectation observed in the months up to the run. */
export function observedBefore(ui: Ui, run: number | null, position: number): Span {
  const series = run === null ? undefined : ui.history[run]?.find((one) => one.position === position);
  return span(sparkline(series?.points.map(({ observed }) => observed) ?? [], glyphsOf(ui.look)), "accent");
}

/** The first values behind a verdict and the SQL that finds them; what holds says so. */
export function valueRows(ui: Ui, run: number | null, verdict: JudgedVerdict, area: Area): Row[] {
  const { dot, ellipsis } = glyphsOf(ui.look);
  const { position, observed } = verdict;
  const line = (text: string) => [indented(span(text, "dim"))];
  const unseen = whyUnseen(verdict);
  if (unseen !== null) return paragraph(ui, unseen, area.height, "warn");
  if (verdict.verdict === "passed") {
    return line(`holds${observed === null ? "" : `: observed ${observedInWords(observed)}`}`);
  }
  if (run === null) return line("the values can be seen once the run is over");
  const samples = ui.samples[sampleName(run, position)];
  if (samples === undefined) {
    const refusal = refusalOf(ui, { kind: "samples", run, position });
    return line(refusal === null ? `reading the values${ellipsis}` : escapeControl(refusal.title));
  }
  if (samples.rows.length === 0) return line("it is about the table as a whole: there is no single value to show");
  const finding = findingIn(samples, dot);
  const shown = samples.rows.slice(0, area.height - (finding === "" ? 0 : 1));
  const widths = {
    keys: widestOf(shown, area.width, 12, ({ key: of }) => keyInWords(of)),
    values: widestOf(shown, area.width, 0, ({ value }) => shownValue(value).text),
  };
  const rows = shown.map((found) => valueRow(found, widths, area.width - 4, ellipsis));
  const restIn = (count: number) =>
    count > 0
      ? withKeysInForce(`and ${formatCounted(count, "more", "more")}: ${key("enter")} shows them`, ui.own.keys)
      : "";
  // On a line of its own where there are lines enough, or in the place of the last value where that leaves no room beside it.
  const beside = restIn(samples.total - rows.length);
  const last = rows.at(-1);
  const isFull = last !== undefined && beside !== "" && rows.length + 2 > area.height;
  const isBeside = isFull && widthOf(last.spans) + 3 + displayWidth(beside) < area.width;
  if (isBeside) rows[rows.length - 1] = { spans: [...last.spans, span(`   ${beside}`, "dim")] };
  else if (isFull) rows.pop();
  const rest = isBeside ? "" : restIn(samples.total - rows.length);
  const below = [rest, finding].filter((text) => text !== "");
  const room = Math.max(0, area.height - rows.length);
  return [...rows, ...below.flatMap((text, index) => paragraph(ui, text, room - index > 2 ? 2 : 1, "dim"))];
}

/** What all of them need, as far as that leaves room for what stands beside it. */
function widestOf(
  rows: readonly UnexpectedRow[],
  width: number,
  least: number,
  wordsOf: (row: UnexpectedRow) => string,
): number {
  return Math.min(Math.max(least, ...rows.map((found) => displayWidth(wordsOf(found)))), Math.floor(width / 3));
}

/** The end of where it came from is what finds it. */
function valueRow(
  found: UnexpectedRow,
  { keys, values }: { keys: number; values: number },
  width: number,
  ellipsis: string,
): Row {
  const shown = shownValue(found.value);
  const value = { ...shown, text: padEnd(shown.text, values) };
  const room = Math.max(0, width - keys - displayWidth(value.text) - 5);
  return indented(
    padEnd(clip(keyInWords(found.key), keys, ellipsis), keys),
    "  ",
    value,
    "  ",
    span(clipStart(origin(found), room, ellipsis), "accent"),
  );
}

/** What finds all the values, on one line: a script is only named, for one that is cut short finds nothing. */
function findingIn({ sql, sql_note: note }: UnexpectedValues, dot: string): string {
  if (sql === null) return note;
  return sql.includes("\n") ? `${key("y")} copies the SQL ${dot} ${note}` : sql;
}
