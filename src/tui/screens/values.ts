import { formatCounted } from "../../core/format.ts";
import type { UnexpectedRow, UnexpectedValues } from "../../core/messages/listings.ts";
import { observedInWords } from "../../core/suites/expectation-words.ts";
import { clip, escapeControl, padEnd } from "../../core/text.ts";
import type { Area } from "../components/block.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { type Row, row, type Span, span } from "../drawing/spans.ts";
import { refusalOf, sampleName, type Ui } from "../model/model.ts";
import type { JudgedVerdict } from "../model/verdicts.ts";

/** A value as it is in the data: quoted, so that blanks show; NULL without quotes. */
export function shownValue(value: string | null): Span {
  return value === null ? span("NULL", "warn") : span(`"${escapeControl(value)}"`, "warn");
}

/** Where a value came from: "subscriptions.csv:4"; nothing when the file is not known. */
export function origin({ file, line }: UnexpectedRow): string {
  if (file === null) return "";
  return `${escapeControl(file.split("/").at(-1) ?? file)}${line === null ? "" : `:${line}`}`;
}

export function keyInWords(key: Record<string, string>): string {
  return escapeControl(Object.values(key).join(", "));
}

/** The first values behind a verdict and the SQL that finds them; what holds says so. */
export function valueRows(ui: Ui, run: number | null, verdict: JudgedVerdict, area: Area): Row[] {
  const { dot, ellipsis } = glyphsOf(ui.look);
  const line = (text: string) => [row("   ", span(text, "dim"))];
  if (verdict.rank === 2)
    return line(`holds${verdict.observed === null ? "" : `: observed ${observedInWords(verdict.observed)}`}`);
  const samples = run === null ? undefined : ui.samples[sampleName(run, verdict.position)];
  if (samples === undefined) {
    if (run === null) return line("the values can be seen once the run is over");
    const refusal = refusalOf(ui, { kind: "samples", run, position: verdict.position });
    return line(refusal === null ? `reading the values${ellipsis}` : escapeControl(refusal.title));
  }
  if (samples.rows.length === 0) return line("it is about the table as a whole: there is no single value to show");
  const finding = findingIn(samples, dot);
  const room = area.height - (finding === "" ? 0 : 1);
  const shown = samples.rows
    .slice(0, room)
    .map((found) =>
      row(
        "   ",
        span(padEnd(keyInWords(found.key), 12)),
        "  ",
        shownValue(found.value),
        "  ",
        span(origin(found), "accent"),
      ),
    );
  const more = samples.total - shown.length;
  const last = shown.at(-1);
  if (more > 0 && last !== undefined)
    last.spans.push(span(`   and ${formatCounted(more, "more", "more")}: enter shows them`, "dim"));
  const sql = finding === "" ? [] : line(clip(escapeControl(finding), area.width - 4, ellipsis));
  return [...shown, ...sql];
}

/** What finds all the values, on one line: a script is only named, for one that is cut short finds nothing. */
function findingIn({ sql, sql_note: note }: UnexpectedValues, dot: string): string {
  if (sql === null) return note;
  return sql.includes("\n") ? `y copies the SQL ${dot} ${note}` : sql;
}
