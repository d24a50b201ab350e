// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { knownOf, missingOf, placeOf, quantileOf } from "../../client/profiles.ts";
import { profileValue } from "../../client/words.ts";
import { formatCount } from "../../core/format.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import { Heat } from "../charts/heat.tsx";
import { OverMonths, type Spread } from "../charts/over-months.tsx";
import { formatOf, percent } from "../charts/values.ts";
import { Facts } from "../document/parts.tsx";
import { DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";

/** What one column came to in a month. */
export interface ColumnMonth {
  as_of: string;
  profile: Profile;
}

/** A column over the months: of the newest what it comes to, of all how it moved. */
export function ColumnSection({ months, values }: { months: readonly ColumnMonth[]; values: boolean }) {
  const newest = months.at(-1)?.profile;
  if (newest === undefined) return null;
  return (
    <article className="card">
      <h3>{shown(newest.column)}</h3>
      <Facts facts={factsOf(newest, values)} />
      <div className="grid charts">
        <OverMonths
          title={`${newest.column}: share missing`}
          points={pointsOf(months, missingOf)}
          format={percent}
          fromZero
        />
        <OverMonths
          title={`${newest.column}: different values`}
          points={pointsOf(months, ({ distinct }) => distinct)}
          fromZero
        />
        {(newest.kind === "number" || newest.kind === "time") && (
          <Ordered months={months} newest={newest} values={values} />
        )}
      </div>
      {newest.histogram === null && <Frequent months={months} newest={newest} values={values} />}
    </article>
  );
}

function pointsOf(months: readonly ColumnMonth[], of: (profile: Profile) => number | null) {
  return months.map(({ as_of, profile }) => ({ as_of, value: of(profile) }));
}

function factsOf(profile: Profile, values: boolean): [string, string][] {
  const { type, kind, rows, nulls, distinct, distinct_exact: isExact, min, max, mean, stddev } = profile;
  const known = (text: string | null) => profileValue(text, profile);
  return [
    ["Type", `${type} (${kind})`],
    ["Rows", formatCount(rows)],
    ["Missing", `${formatCount(nulls)} (${percent(missingOf(profile) ?? 0)})`],
    ["Different values", `${isExact ? "" : "about "}${formatCount(distinct)}`],
    ...(values
      ? ([
          ["Lowest", known(min)],
          ["Highest", known(max)],
        ] as [string, string][])
      : []),
    ...(kind === "number"
      ? ([
          ["Mean", known(mean)],
          ["Standard deviation", known(stddev)],
        ] as [string, string][])
      : []),
  ];
}

/** Of what has an order: quantiles, extremes, mean, and the whole distribution. */
function Ordered({ months, newest, values }: { months: readonly ColumnMonth[]; newest: Profile; values: boolean }) {
  const { column, kind } = newest;
  const same = months.filter(({ profile }) => profile.kind === kind);
  const format = formatOf(kind);
  const place = (of: (profile: Profile) => string | null) => pointsOf(same, (profile) => placeOf(kind, of(profile)));
  const spreads = [spreadOf(same, 0.05, 0.95), spreadOf(same, 0.25, 0.75)];
  return (
    <>
      <OverMonths
        title={`${column}: median, the middle half, and 5 % to 95 %`}
        points={place((one) => quantileOf(one, 0.5))}
        spreads={spreads}
        // A quantile is one of the values.
        format={values ? format : null}
      />
      {kind === "number" && <OverMonths title={`${column}: mean`} points={place(({ mean }) => mean)} format={format} />}
      {values && (
        <>
          <OverMonths title={`${column}: lowest`} points={place(({ min }) => min)} format={format} />
          <OverMonths title={`${column}: highest`} points={place(({ max }) => max)} format={format} />
        </>
      )}
      <Heat title={`${column}: distribution, low to high`} months={same} values={values} />
    </>
  );
}

function spreadOf(months: readonly ColumnMonth[], low: number, high: number): Spread[] {
  return months.flatMap(({ as_of, profile }) => {
    const [from, to] = [low, high].map((share) => placeOf(profile.kind, quantileOf(profile, share)));
    return from == null || to == null ? [] : [{ as_of, low: from, high: to }];
  });
}

const mostValues = 8;

/** The most frequent values of the newest month, each with its share over the months. */
function Frequent({ months, newest, values }: { months: readonly ColumnMonth[]; newest: Profile; values: boolean }) {
  const { frequent, kind, column } = newest;
  if (frequent.length === 0) return null;
  const isTold = values || kind === "boolean";
  const rows = frequent
    .slice(0, mostValues)
    .map((one, index) => ({ ...one, name: isTold ? one.value : `value ${index + 1}` }));
  const shareIn = (profile: Profile, value: string) => {
    const found = profile.frequent.find((one) => one.value === value);
    return knownOf(profile) === 0 ? null : (found?.rows ?? 0) / knownOf(profile);
  };
  return (
    <DataTable
      caption={`Most frequent values of ${shown(column)}, as of ${months.at(-1)?.as_of}`}
      rows={rows}
      columns={[
        { title: "Value", heads: true, look: "code", cell: ({ name }) => shown(name) || "(empty)" },
        { title: "Rows", look: "figure", cell: (one) => formatCount(one.rows), sort: (one) => one.rows },
        {
          title: "Share",
          look: "figure",
          cell: ({ value }) => percent(shareIn(newest, value) ?? 0),
          sort: (one) => one.rows,
        },
        {
          title: "Over the months",
          cell: ({ name, value }) => (
            <OverMonths
              title={`${column}, ${name}: share over the months`}
              points={pointsOf(months, (profile) => shareIn(profile, value))}
              format={percent}
              fromZero
              width={220}
              height={52}
              hasCaption={false}
            />
          ),
          sort: (one) => one.rows,
        },
      ]}
    />
  );
}
