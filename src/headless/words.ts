import type { Verdict } from "../core/events.ts";
import { formatCount, formatPercent } from "../core/format.ts";
import type { RunEntry } from "../core/listings.ts";
import { escapeControl } from "../core/text.ts";

/** A moment in UTC to the second: "2024-03-01 12:01:07Z". */
export function moment(iso: string | null): string {
  return iso === null ? "" : iso.replace("T", " ").replace(/(\.\d+)?Z$/, "Z");
}

/** `out_of_order` → "out of order". */
export function spaced(name: string): string {
  return name.replaceAll("_", " ");
}

/** Seconds from start to end; null while it lasts. */
export function secondsOf({ started_at, finished_at }: Pick<RunEntry, "started_at" | "finished_at">): number | null {
  return finished_at === null ? null : (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
}

/** Which expectation it is: "usage_agg_30d.watch_hours_30d expect_column_values_to_be_between min_value=0". */
export function expectationOf({ table, type, column, kwargs }: Verdict): string {
  const { column: _column, ...others } = kwargs as Record<string, unknown>;
  const args = Object.entries(others).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return escapeControl(`${column === undefined ? table : `${table}.${column}`} ${type}${args.join("")}`);
}

/** What was found: "12 unexpected (0.17 %), observed -3.2". */
export function observation({ observed, unexpected_count: count, unexpected_percent: percent }: Verdict): string {
  const parts: string[] = [];
  if (count !== null) {
    parts.push(`${formatCount(count)} unexpected${percent ? ` (${formatPercent(percent)})` : ""}`);
  }
  if (observed !== null && observed !== undefined) parts.push(`observed ${escapeControl(JSON.stringify(observed))}`);
  return parts.join(", ");
}
