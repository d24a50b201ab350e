import type { Column } from "../../core/columns.ts";
import { compareNumbers, exactly } from "../../core/exact-number.ts";
import { formatCount, formatPercent } from "../../core/format.ts";
import type { ProposedExpectation } from "../../core/messages/suites.ts";
import { sqlName } from "../kinds/column-types.ts";
import { familyOf } from "../plan/values.ts";
import { areNames, type Categories, fewestRows, isPersonal, isTelling } from "./categories.ts";
import type { ColumnFacts, Seen, TableFacts } from "./facts.ts";
import { withSlack } from "./slack.ts";

/** Values from which on something is proposed of what they are, and not only of what is declared. */
export const enough = 100;

/** What is proposed of a column, and why nothing more is. */
export interface ColumnProposal {
  expectations: ProposedExpectation[];
  leftOut: string[];
}

type Offer = ProposedExpectation | string | null;

/** `isKey` for what tells rows apart, here or in another table: its values are no measurements. */
export function proposeColumn(facts: ColumnFacts, { rows }: Pick<TableFacts, "rows">, isKey: boolean): ColumnProposal {
  const offers = [
    ofType(facts.column),
    ofNulls(facts, rows),
    ...(facts.present < enough ? [] : ofValues(facts, isKey)),
  ];
  return {
    expectations: offers.filter((offer) => typeof offer === "object" && offer !== null),
    leftOut: offers.filter((offer) => typeof offer === "string"),
  };
}

function declared(type: string, kwargs: Record<string, unknown>): ProposedExpectation {
  return { type, kwargs, severity: "critical", because: "declared" };
}

/** What only happens to be so now is a warning until somebody says that it has to be. */
function observed(type: string, kwargs: Record<string, unknown>, because: string): ProposedExpectation {
  return { type, kwargs, severity: "warning", because };
}

function ofType(column: Column): Offer {
  // Great Expectations has no names for these, or others.
  if (column.own || column.type.startsWith("_")) return "its type has no name that Great Expectations knows";
  return declared("expect_column_values_to_be_of_type", { column: column.name, type_: sqlName(column) });
}

const notNull = "expect_column_values_to_not_be_null";

function ofNulls({ column: { name: column, nullable }, present }: ColumnFacts, rows: number): Offer {
  if (!nullable && present === rows) return declared(notNull, { column });
  if (rows < enough) return null;
  if (present === 0) return "it holds nothing but NULL";
  if (present === rows) return observed(notNull, { column }, `no NULL in ${formatCount(rows)} rows`);
  const nulls = rows - present;
  const mostly = Math.floor(((rows - 2 * nulls) * 100) / rows) / 100;
  if (mostly < 0.5) return null;
  return observed(
    notNull,
    { column, mostly },
    `${formatPercent((nulls / rows) * 100)} of the rows are NULL, and as many more may be`,
  );
}

function ofValues(facts: ColumnFacts, isKey: boolean): Offer[] {
  const { column, present, seen } = facts;
  switch (seen.kind) {
    case "numbers":
      return [isKey ? null : ofNumbers(column, present, seen)];
    case "moments":
      return [ofMoments(column, present, seen)];
    case "texts": {
      const set = isKey ? null : ofCategories(column, present, seen.categories);
      return typeof set === "object" && set !== null ? [set] : [set, ofLengths(column, present, seen)];
    }
    case "other":
      return [];
  }
}

const between = "expect_column_values_to_be_between";

function ofNumbers(
  column: Column,
  present: number,
  { odd, least, greatest }: Extract<Seen, { kind: "numbers" }>,
): Offer {
  if (odd > 0) return "NaN or Infinity is among its numbers, which no range takes";
  if (least === null || greatest === null) return null;
  const slack = withSlack(least, greatest);
  if (slack === null) {
    if (least.startsWith("-")) return "it is one number throughout, which is no range";
    return observed(between, { column: column.name, min_value: 0 }, `none of ${formatCount(present)} is negative`);
  }
  const bounds = Object.fromEntries(
    [["min_value", slack.low] as const, ["max_value", slack.high] as const].flatMap(([side, bound]) =>
      isBeyond(column, bound) ? [] : [[side, exactly(bound)]],
    ),
  );
  if (Object.keys(bounds).length === 0) return null;
  const because = `what ${formatCount(present)} numbers span, and as much again on either side`;
  return observed(between, { column: column.name, ...bounds }, because);
}

const integerBits: Record<string, bigint> = { int2: 15n, int4: 31n, int8: 63n };

/** Whether no value of the column reaches it anyway. */
function isBeyond(column: Column, bound: string): boolean {
  const { type, precision, scale } = column;
  if (familyOf(column) === "float")
    return !Number.isFinite(type === "float4" ? Math.fround(Number(bound)) : Number(bound));
  const bits = integerBits[type];
  const whole = precision === null ? null : 10n ** BigInt(Math.max(0, precision - (scale ?? 0)));
  const limit = bits === undefined ? whole : 1n << bits;
  const size = exactly(bound.replace("-", ""));
  return limit !== null && compareNumbers(size, exactly(String(limit))) >= 0;
}

function ofMoments(
  column: Column,
  present: number,
  { odd, first, last, isPast }: Extract<Seen, { kind: "moments" }>,
): Offer {
  if (odd > 0) return "an infinite date is among its values, which no range takes";
  if (first === null || last === null) return null;
  const from = first - Math.max(1, last - first);
  const bounds = {
    ...(from >= 1 && from <= 9999 && { min_value: `${String(from).padStart(4, "0")}-01-01T00:00:00` }),
    // A day more, for clocks in other time zones.
    ...(isPast && { max_value: { $PARAMETER: "now() + timedelta(days=1)" } }),
  };
  if (Object.keys(bounds).length === 0) return "its dates reach from before our era into the future";
  const early = `as many years before the first of ${formatCount(present)} as they span`;
  return observed(between, { column: column.name, ...bounds }, isPast ? `${early}, and none is yet to come` : early);
}

function ofCategories(column: Column, present: number, categories: Categories | null): Offer {
  if (categories === null) return "it has many different texts, of which none is written down";
  const { values, rarest } = categories;
  if (isPersonal(column)) return "its name says that its texts are of persons, or free: none is written down";
  if (rarest < fewestRows) return `some of its texts are in fewer than ${fewestRows} rows: none is written down`;
  if (values.some(isTelling) || areNames(values)) return "its texts are not like categories: none is written down";
  if (values.length === 1) return "it is one text throughout, which is no set";
  const because = `each is in ${fewestRows} rows or more, of ${formatCount(present)}`;
  return observed("expect_column_values_to_be_in_set", { column: column.name, value_set: values }, because);
}

function ofLengths(
  { name: column, type }: Column,
  present: number,
  { shortest, longest, blank }: Extract<Seen, { kind: "texts" }>,
): Offer {
  // Padded to its length, whatever it holds.
  if (type === "bpchar" || blank > 0 || shortest === null) return null;
  const rows = formatCount(present);
  if (shortest === longest) {
    return observed("expect_column_value_lengths_to_equal", { column, value: shortest }, `all ${rows} are so long`);
  }
  return observed("expect_column_value_lengths_to_be_between", { column, min_value: 1 }, `none of ${rows} is empty`);
}
