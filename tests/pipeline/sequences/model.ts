import type { Contents } from "./contents.ts";
import {
  type Cells,
  type Delivery,
  deliveredColumn,
  delivery,
  firstUsers,
  frozenTables,
  nameOf,
  type Rows,
} from "./deliveries.ts";
import { monthOfDay, placeOf, type Sight, type StandingSeal, standingDates } from "./sight.ts";

/**
 * The month that the live tables must be taken to hold: what was published to them, or of what date rows stand that no
 * seal vouches for. Rows that nothing dates are undated.
 */
export type Held = number | "undated" | "nothing";

/** The rows of a snapshot at the moment it was sealed, in the columns of the seal. */
export interface Sealed extends StandingSeal {
  held: Map<string, Cells>;
}

/** What is known without the console: the files, what was sealed, and how far the live tables have come. */
export class Model {
  readonly disk = new Map<number, Delivery>();
  readonly #versions = new Map<number, number>();
  /** Newest month that a run published to the live tables and that the ledger has not forgotten. */
  #published = -1;
  held: Held = "nothing";
  /** Newest month in whose days rows that no run took were dated, which a command of ours dropped since. */
  #lost = -1;
  readonly sealed = new Map<string, Sealed>();

  constructor(months: readonly number[]) {
    for (const month of months) this.disk.set(month, delivery(month, firstUsers(month)));
  }

  /** Live rows of no run that is known may be newer than any month: whoever holds them against a snapshot may refuse it. */
  get mayRefuse(): boolean {
    const isUnproven = this.#published < 0 && this.held !== "nothing";
    return this.held === "undated" || isUnproven || this.#lost > this.#published;
  }

  files(month: number): Delivery {
    return this.disk.get(month) ?? delivery(month, firstUsers(month));
  }

  /** A version of the month's files that there was not yet. */
  nextVersion(month: number): number {
    const version = (this.#versions.get(month) ?? 0) + 1;
    this.#versions.set(month, version);
    return version;
  }

  /** A run of ours brought the live tables to this month. Rows of no run may have been copied from them at any time. */
  published(month: number, sight: Sight): void {
    this.#published = Math.max(this.#published, month);
    this.#lost = -1;
    const now = this.#heldBy(sight);
    this.held = Math.max(month, ...[this.held, now].filter((one) => typeof one === "number"));
  }

  /** Others were here. Nobody need know more of the live tables than what still tells it, once they took or gave that. */
  othersWereHere(sight: Sight, { evidence, ledger = false }: { evidence: boolean; ledger?: boolean }): void {
    if (ledger) {
      this.#published = -1;
      this.#lost = -1;
      this.sealed.clear();
    }
    const now = this.#heldBy(sight);
    const isNews =
      this.held === "nothing" || (typeof this.held === "number" && typeof now === "number" && now > this.held);
    if (evidence || isNews || this.#lost > this.#published) this.held = now;
  }

  /** A date was dropped by a command of ours: what it alone said of the live tables is still true, but nothing tells it. */
  dropped(before: Sight, sight: Sight): void {
    const standing = new Set(standingDates(sight).map(({ asOf }) => asOf));
    const gone = standingDates(before).filter(({ asOf, copied }) => copied && !standing.has(asOf));
    this.#lost = Math.max(this.#lost, ...gone.map(({ asOf }) => monthOfDay(asOf)));
    const now = this.#heldBy(sight);
    const isLess = typeof this.held === "number" && (typeof now !== "number" || now < this.held);
    if (isLess) this.held = this.#published < 0 ? "undated" : now;
  }

  #heldBy(sight: Sight): Held {
    if (this.#published < 0 && [...sight.live.values()].every((rows) => rows.size === 0)) return "nothing";
    const copied = standingDates(sight).filter((one) => one.copied);
    const newest = Math.max(this.#published, ...copied.map(({ month }) => month));
    if (newest < 0) return "undated";
    return this.#lost > newest && !isCopied(sight) ? "undated" : newest;
  }

  /** Remember the rows under new seals, and forget lifted ones. */
  rememberSeals(sight: Sight): void {
    const standing = new Map(sight.seals.map((seal) => [placeOf(seal), seal]));
    for (const place of this.sealed.keys()) if (!standing.has(place)) this.sealed.delete(place);
    for (const [place, seal] of standing) {
      if (this.sealed.get(place)?.run === seal.run) continue;
      const rows = sight.frozen.get(seal.table)?.get(seal.as_of) ?? new Map<string, Cells>();
      this.sealed.set(place, { ...seal, held: inColumns(rows, seal.columns) });
    }
  }
}

/** Whether rows that were frozen under some date are live, one and all: they date what is live. */
export function isCopied({ live, frozen }: Sight): boolean {
  const days = new Set([...frozen.values()].flatMap((dates) => [...dates.keys()]));
  const isLive = (table: string, asOf: string) =>
    [...(frozen.get(frozenTables[table] ?? "")?.get(asOf) ?? [])].every(([user, row]) => {
      const there = live.get(table)?.get(user);
      return there !== undefined && Object.keys(there).every((name) => !(name in row) || row[name] === there[name]);
    });
  return [...days].some((asOf) => Object.keys(frozenTables).every((table) => isLive(table, asOf)));
}

/** Rows with no cells but these. */
export function inColumns(rows: Rows, columns: readonly string[]): Map<string, Cells> {
  const only = (row: Cells) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
  return new Map([...rows].map(([user, row]) => [user, only(row)]));
}

/** The rows that a month's files would freeze in a snapshot table. */
export function frozenOf(files: Delivery, month: number, snapshot: string): Map<string, Cells> {
  const [table = ""] = Object.entries(frozenTables).find(([, name]) => name === snapshot) ?? [];
  const rows = [...(files.get(table) ?? [])];
  return new Map(rows.map(([user, row]) => [user, { ...row, [deliveredColumn]: nameOf(month) }]));
}

/** The live rows after these files are published: others stay, and what a file does not carry stays as it was. */
export function upserted(live: Contents["live"], files: Delivery): Contents["live"] {
  const after = new Map([...live].map(([table, rows]) => [table, new Map(rows)]));
  for (const [table, rows] of files) {
    const there = after.get(table) ?? new Map<string, Cells>();
    for (const [user, row] of rows) there.set(user, { ...there.get(user), ...row });
  }
  return after;
}

/** What publishing a file would count. */
export function countsOf(live: Contents["live"], table: string, rows: Rows) {
  const there: Rows = live.get(table) ?? new Map();
  const known = [...rows].filter(([user]) => there.has(user));
  const changes = ([user, row]: [string, Cells]) =>
    Object.entries(row).some(([column, cell]) => (there.get(user)?.[column] ?? null) !== cell);
  const updated = known.filter(changes).length;
  const [inserted, absent] = [rows.size - known.length, there.size - known.length];
  return { table, rows: rows.size, inserted, updated, unchanged: known.length - updated, absent };
}
