import type { Profile, TableProfile } from "../../src/core/messages/profiles.ts";
import { quantileShares } from "../../src/core/messages/profiles.ts";
import type { RequestOf } from "../../src/core/messages/requests.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";
import * as madeUp from "./made-up.ts";

/** A number about `middle`, which moves a little from month to month. */
function numberProfile(column: string, rows: number, middle: number): Profile {
  const at = (share: number) => (middle * (0.5 + share)).toFixed(1);
  const counts = Array.from({ length: 20 }, (_, bin) => Math.round((rows * (10 - Math.abs(bin - 9.5))) / 102));
  return {
    ...{ column, type: "numeric", kind: "number", rows, nulls: 40, distinct: 812, distinct_exact: true },
    ...{ min: at(0), max: at(1), mean: at(0.5), stddev: (middle / 5).toFixed(1) },
    quantiles: quantileShares.map((share) => ({ share, value: at(share) })),
    histogram: { edges: Array.from({ length: 21 }, (_, edge) => String(edge * 5)), counts, under: 0, over: 3 },
    frequent: [{ value: at(0.5), rows: 21 }],
  };
}

function categoryProfile(column: string, rows: number, shares: Readonly<Record<string, number>>): Profile {
  const values = Object.entries(shares).sort(([, a], [, b]) => b - a);
  const names = Object.keys(shares).sort();
  return {
    ...{ column, type: "text", kind: "category", rows, nulls: 0, distinct: values.length, distinct_exact: true },
    ...{ min: names[0] ?? null, max: names.at(-1) ?? null, mean: null, stddev: null, quantiles: [], histogram: null },
    frequent: values.map(([value, share]) => ({ value, rows: Math.round(rows * share) })),
  };
}

/** What the profiles of these months come to; those of the first one were never taken of its labels. */
export function profiles(asked: RequestOf<"profile">, months = [0, 1, 2]): TableProfile[] {
  return months.flatMap((index) => {
    const as_of = asOfOf(index, "2024-01");
    const rows = madeUp.usersIn(index);
    const all = [
      numberProfile("monthly_fee", rows, 64 + index),
      categoryProfile("net_service", rows, { DSL: 0.4, No: 0.6 }),
    ];
    return madeUp.tables
      .map(
        ({ table, snapshot }): TableProfile => ({
          ...{ as_of, month: monthName(index), run: index + 1, table, snapshot },
          columns:
            table === "labels" && index === 0 ? null : all.filter(({ column }) => column === (asked.column ?? column)),
        }),
      )
      .filter(({ table, snapshot }) => asked.table === null || [table, snapshot].includes(asked.table))
      .filter((one) => one.as_of === (asked.as_of ?? one.as_of) && one.run === (asked.run ?? one.run));
  });
}
