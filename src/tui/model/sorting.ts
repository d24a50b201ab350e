import type { MonthLine } from "../../client/month-lines.ts";
import { missingOf } from "../../client/profiles.ts";
import { statusWord } from "../../client/words.ts";
import { type RunEntry, secondsOf } from "../../core/messages/listings.ts";
import type { SuiteFit } from "../../core/messages/suites.ts";
import { allOf } from "../../core/messages/verdicts.ts";
import type { ColumnLine } from "./columns/lines.ts";
import { monthBytes } from "./estimate.ts";
import type { ListChoice, SnapshotDate } from "./known.ts";
import type { ScreenName, Ui } from "./model.ts";
import { stateWord } from "./months.ts";
import type { JudgedVerdict } from "./verdicts.ts";

/** What lists can be sorted by: columns by their titles, with what counts in them. What is not known comes last. */

type Sortable<Item> = Readonly<Record<string, (item: Item) => string | number | null>>;

const rowsIn = (run: RunEntry | null) => run?.tables.reduce((sum, { rows }) => sum + rows, 0) ?? null;

const months: Sortable<MonthLine> = {
  MONTH: ({ month }) => month,
  SIZE: monthBytes,
  ROWS: ({ last_run }) => rowsIn(last_run),
  STATE: stateWord,
  "LAST RUN": ({ last_run }) => last_run?.started_at ?? null,
};

const runs: Sortable<RunEntry> = {
  RUN: ({ run }) => run,
  MONTH: ({ month }) => month,
  STATUS: ({ status }) => statusWord(status),
  TOOK: secondsOf,
  ROWS: rowsIn,
  CHECKS: ({ expectations }) => (allOf(expectations) === 0 ? null : expectations.passed / allOf(expectations)),
  MODE: ({ mode }) => mode,
};

const snapshots: Sortable<SnapshotDate> = {
  "AS OF": ({ as_of }) => as_of,
  RUN: ({ entries }) => entries[0]?.run ?? null,
  SEALED: ({ entries }) => entries[0]?.sealed_at ?? null,
};

const validation: Sortable<JudgedVerdict> = {
  TABLE: ({ table }) => table,
  EXPECTATION: ({ column, type }) => `${column ?? ""} ${type}`,
  SEVERITY: ({ severity }) => severity,
  OBSERVED: ({ observed }) => (typeof observed === "number" ? observed : null),
  UNEXPECTED: ({ unexpected_count }) => unexpected_count,
};

const columns: Sortable<ColumnLine> = {
  COLUMN: ({ profile }) => profile?.column ?? null,
  TABLE: ({ table }) => table,
  TYPE: ({ profile }) => profile?.type ?? null,
  MISSING: ({ profile }) => profile && missingOf(profile),
  DISTINCT: ({ profile }) => profile?.distinct ?? null,
};

const suites: Sortable<SuiteFit> = {
  TABLE: ({ table }) => table,
  SUITE: ({ path }) => path,
  EXPECTATIONS: ({ expectations }) => expectations,
  UNSOUND: ({ unsound }) => unsound.length,
  MISSING: ({ missing }) => missing.length,
};

const tables = { months, runs, snapshots, columns, validation, suites };
type SortedScreen = keyof typeof tables;

function isSorted(screen: ScreenName): screen is SortedScreen {
  return Object.hasOwn(tables, screen);
}

/** Columns that a screen's list can be sorted by; none where it has its own order alone. */
export function sortTitles(screen: ScreenName): string[] {
  return isSorted(screen) ? Object.keys(tables[screen]) : [];
}

const unsorted: ListChoice = { by: null, down: false, hidden: [] };

export function listChoice({ choices }: Ui, screen: ScreenName): ListChoice {
  return choices.lists?.[screen] ?? unsorted;
}

type ItemOf<Screen extends SortedScreen> = Parameters<(typeof tables)[Screen][string]>[0];

/** The items in the order that the user chose; alike ones, and without a choice all, in their own. */
export function sorted<Screen extends SortedScreen>(
  screen: Screen,
  items: readonly ItemOf<Screen>[],
  { by, down }: ListChoice,
): ItemOf<Screen>[] {
  const valueIn: ((item: ItemOf<Screen>) => string | number | null) | undefined =
    by === null ? undefined : (tables[screen] as Sortable<ItemOf<Screen>>)[by];
  if (valueIn === undefined) return [...items];
  return items
    .map((item) => ({ item, value: valueIn(item) }))
    .sort((one, other) => order(one.value, other.value, down))
    .map(({ item }) => item);
}

function order(one: string | number | null, other: string | number | null, down: boolean): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const by = one < other ? -1 : one > other ? 1 : 0;
  return down ? -by : by;
}
