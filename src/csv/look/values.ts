import type { Column } from "../../core/columns.ts";

const integers = new Set(["int2", "int4", "int8"]);
const numbers = new Set([...integers, "numeric", "float8"]);
const moments = new Set(["date", "timestamp", "timestamptz"]);

export const isInteger = ({ type }: Pick<Column, "type">) => integers.has(type);
export const isMoment = ({ type }: Pick<Column, "type">) => moments.has(type);

/** Different texts up to which a column may be one of categories. */
const mostCategories = 20;

/** A number for a text, the same for the same: two that differ share one once in a thousand files of millions of rows. */
export function hashed(text: string): number {
  return Number(BigInt.asUintN(53, BigInt(Bun.hash(text))));
}

/** What the values of a column come to, once its type is known; they come as PostgreSQL would take them. */
export class Values {
  present = 0;
  least: string | null = null;
  greatest: string | null = null;
  shortest = Number.POSITIVE_INFINITY;
  longest = 0;
  /** Rows by the calendar month that a moment falls in. */
  readonly months = new Map<string, number>();
  /** Rows by text; null once there are too many different ones. */
  categories: Map<string, number> | null;
  /** All values, as long as none came twice; null then. */
  unique: Set<number> | null = new Set();
  readonly #isNumber: boolean;
  readonly #isMoment: boolean;

  constructor(readonly column: Column) {
    this.#isNumber = numbers.has(column.type);
    this.#isMoment = isMoment(column);
    this.categories = column.type === "text" ? new Map() : null;
  }

  add(value: string): void {
    if (value === "") return;
    this.present++;
    this.#holdUnique(value);
    if (this.#isNumber) this.#span(value, (one, other) => Number(one) < Number(other));
    else if (this.#isMoment) {
      this.#span(value, (one, other) => one < other);
      const month = value.slice(0, "YYYY-MM".length);
      this.months.set(month, (this.months.get(month) ?? 0) + 1);
    } else this.#measure(value);
  }

  #holdUnique(value: string): void {
    if (this.unique === null) return;
    const { size } = this.unique.add(hashed(value));
    if (size < this.present) this.unique = null;
  }

  #span(value: string, isLess: (one: string, other: string) => boolean): void {
    if (this.least === null || isLess(value, this.least)) this.least = value;
    if (this.greatest === null || isLess(this.greatest, value)) this.greatest = value;
  }

  #measure(value: string): void {
    this.shortest = Math.min(this.shortest, value.length);
    this.longest = Math.max(this.longest, value.length);
    if (this.categories === null) return;
    this.categories.set(value, (this.categories.get(value) ?? 0) + 1);
    if (this.categories.size > mostCategories) this.categories = null;
  }
}
