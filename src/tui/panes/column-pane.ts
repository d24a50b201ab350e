import { rule } from "../components/panels.ts";
import type { Area } from "../components/screen.ts";
import { blank, filled, type Row } from "../drawing/spans.ts";
import { columnMonthsShown, profileRequests } from "../model/column-lists.ts";
import { type ColumnLine, monthBefore } from "../model/columns/lines.ts";
import { cursorOf } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";
import { pictureRows, unprofiledRows } from "./column-picture.ts";

/** The month under the cursor; what it is compared with is told of the one that was come upon. */
export function columnPicture(ui: Ui, place: PlaceOf<"column">, area: Area): Row[] {
  const items = columnMonthsShown(ui, place);
  const month = items[cursorOf(ui, place)];
  if (month === undefined) return [];
  const heading = rule(ui, month.as_of);
  const { profile } = month;
  const room = { ...area, height: Math.min(tallest, area.height - 1) };
  if (profile === null) return filled([heading, ...unprofiledRows(ui)], area.height);
  const before = monthBefore(items, month, month.as_of === place.at.as_of ? place.at.against : null);
  const former = before?.profile == null ? null : { as_of: before.as_of, profile: before.profile };
  const rows = pictureRows(ui, { now: { as_of: month.as_of, profile }, before: former }, room);
  return [heading, ...rows, blank].slice(0, area.height);
}

/** A column under a date, over the date before it. */
export function columnLinePane(ui: Ui, place: PlaceOf<"columns">, line: ColumnLine, area: Area): Row[] {
  const { table, profile, before } = line;
  if (profile === null) return [rule(ui, table), ...unprofiledRows(ui)];
  const former = profileRequests(ui, place)[1]?.as_of ?? null;
  const pictured = {
    now: { as_of: place.as_of, profile },
    before: before === null || former === null ? null : { as_of: former, profile: before },
  };
  const height = Math.min(tallest, area.height - 1);
  return [rule(ui, `${table}, ${profile.column}`), ...pictureRows(ui, pictured, { ...area, height })];
}

/** A picture that is much higher than it is wide tells no more. */
const tallest = 20;
