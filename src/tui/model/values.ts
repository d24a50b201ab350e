import type { Replies, RequestOf } from "../../core/messages/requests.ts";
import type { UnexpectedRow } from "../../core/messages/unexpected.ts";
import { remember } from "../tools/remember.ts";
import type { KnownValues } from "./known.ts";
import { type PlaceOf, sampleName, type Ui } from "./model.ts";

/** All unexpected values behind a verdict, of which there may be more than anybody holds: pages of them are asked for. */

export const pageSize = 500;
/** Pages that are kept: those around the cursor. */
const mostPages = 5;

/** Null before the first page, and while another filter is awaited. */
export function knownValues(ui: Ui, { run, position, list }: PlaceOf<"verdict">): KnownValues | null {
  const known = ui.values[sampleName(run, position)];
  return known === undefined || known.filter !== list.filter ? null : known;
}

/** Undefined where it is not read yet. */
export function valueAt({ pages }: KnownValues, index: number): UnexpectedRow | undefined {
  return pages[Math.floor(index / pageSize)]?.[index % pageSize];
}

export const namesOfValues = remember(
  (total: number) => [total],
  (total) => Array.from({ length: total }, (_, index) => String(index)),
);

/** The first page around the cursor that is not read yet. */
export function missingPage(ui: Ui, place: PlaceOf<"verdict">, cursor: number): RequestOf<"values"> | null {
  const { run, position, list } = place;
  const known = knownValues(ui, place);
  const ask = (page: number): RequestOf<"values"> => ({
    ...{ kind: "values", run, position, filter: list.filter },
    ...{ from: page * pageSize, count: pageSize },
  });
  if (known === null) return ask(0);
  const last = Math.max(0, Math.ceil(known.total / pageSize) - 1);
  const around = [cursor, cursor - 100, cursor + 100].map((index) => Math.floor(index / pageSize));
  const page = around.find((one) => one >= 0 && one <= last && known.pages[one] === undefined);
  return page === undefined ? null : ask(page);
}

export function withPage(
  before: KnownValues | undefined,
  { filter, from }: RequestOf<"values">,
  told: Replies["values"],
): KnownValues {
  const page = from / pageSize;
  const same = before?.filter === filter ? Object.entries(before.pages) : [];
  const nearest = same.sort(([one], [other]) => Math.abs(Number(one) - page) - Math.abs(Number(other) - page));
  const pages = Object.fromEntries([...nearest.slice(0, mostPages - 1), [page, told.rows]]);
  return { filter, total: told.total, all: told.all, pages };
}
