import type { TableProfile } from "../../core/messages/profiles.ts";
import { filtered } from "../tools/filter.ts";
import { remember } from "../tools/remember.ts";
import { type ColumnLine, type ColumnMonth, columnLines, columnMonths } from "./columns/lines.ts";
import { columnRequests, columnsRequests, profilesOf } from "./columns/requests.ts";
import type { PlaceOf, Ui } from "./model.ts";
import { listChoice, sorted } from "./sorting.ts";

/** The lines of the screens of columns, and what has to be asked for them. */

const datesOf = remember(
  ({ snapshots }: Ui) => [snapshots],
  (snapshots) => [...new Set((snapshots ?? []).map(({ as_of }) => as_of))],
);

const ofColumns = remember(
  (ui: Ui, place: PlaceOf<"columns">) => [place.as_of, place.table, datesOf(ui)],
  (as_of, table, dates) => columnsRequests({ as_of, table }, dates),
);

const ofColumn = remember(
  (place: PlaceOf<"column">) => [place.table, place.column, place.at],
  (table, column, at) => columnRequests({ table, column, at }),
);

/** What was asked for the screen, or is to be. */
export function profileRequests(ui: Ui, place: PlaceOf<"columns" | "column">) {
  return place.screen === "columns" ? ofColumns(ui, place) : ofColumn(place);
}

/** Whether all that is asked for is there. */
export function areKnown(ui: Ui, place: PlaceOf<"columns" | "column">): boolean {
  return profileRequests(ui, place).every((request) => profilesOf(ui.profiles, request) !== undefined);
}

const none: readonly TableProfile[] = [];

function known(ui: Ui, place: PlaceOf<"columns" | "column">): [readonly TableProfile[], readonly TableProfile[]] {
  const [now, other] = profileRequests(ui, place);
  return [profilesOf(ui.profiles, now) ?? none, other === undefined ? none : (profilesOf(ui.profiles, other) ?? none)];
}

/** The columns under a date, as the tables have them. */
export const columnsShown = remember(
  (ui: Ui, place: PlaceOf<"columns">) => [...known(ui, place), place.list.filter, listChoice(ui, "columns")],
  (now, before, filter, choice): ColumnLine[] => {
    const textOf = ({ table, profile }: ColumnLine) => `${table} ${profile?.column ?? ""} ${profile?.type ?? ""}`;
    return sorted("columns", filtered(columnLines(now, before), textOf, filter), choice);
  },
);

/** One column over the months, the newest on top. */
export const columnMonthsShown = remember(
  (ui: Ui, place: PlaceOf<"column">) => [...known(ui, place), place.list.filter],
  (dates, own, filter): ColumnMonth[] => filtered(columnMonths(dates, own), ({ as_of }) => as_of, filter),
);

export function nameOfColumn({ table, profile }: ColumnLine): string {
  return `${table}.${profile?.column ?? ""}`;
}

export function nameOfMonth({ as_of, run }: ColumnMonth): string {
  return `${as_of} ${run}`;
}

/** The month under the cursor to begin with: that of the run, else that of the date. */
export function firstMonth(months: readonly ColumnMonth[], { at }: PlaceOf<"column">): number {
  const isMeant = ({ as_of, run }: ColumnMonth) => (at.run === null ? as_of === at.as_of : run === at.run);
  return Math.max(0, months.findIndex(isMeant));
}
