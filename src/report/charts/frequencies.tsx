// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import { scaleLinear } from "d3-scale";
import React from "react";
import { knownOf } from "../../client/profiles.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import { clip } from "../../core/text.ts";
import { shown } from "../document/text.ts";
import { at, Chart } from "./chart.tsx";
import { type Compared, percent } from "./values.ts";

interface Pair {
  label: string;
  now: number;
  before: number | null;
}

const most = 6;
const width = 300;
const rowHeight = 24;
const nameWidth = 96;
const figureWidth = 46;

/** The most frequent values of a column by their shares, now above and before below. */
export function Frequencies({ title, now, before, names, values }: Compared) {
  const pairs = pairsOf(now, before, values);
  if (pairs.length === 0) return null;
  const highest = Math.max(...pairs.flatMap((pair) => [pair.now, pair.before ?? 0]));
  const x = scaleLinear([0, highest || 1], [0, width - nameWidth - figureWidth]);
  const told = pairs.map(
    ({ label, now: share, before: earlier }) =>
      `${label}: ${percent(share)}${earlier === null ? "" : `, before ${percent(earlier)}`}.`,
  );
  return (
    <Chart
      title={title}
      told={`Shares at ${names.now}${before === null ? "" : ` and ${names.before}`}. ${told.join(" ")}`}
      width={width}
      height={pairs.length * rowHeight}
    >
      {pairs.map(({ label, now: share, before: earlier }, index) => (
        <React.Fragment key={label}>
          <text x={0} y={index * rowHeight + 14}>
            {clip(shown(label), 15)}
          </text>
          <rect className="now" x={nameWidth} y={index * rowHeight + 3} width={at(x(share))} height={9} />
          {earlier !== null && (
            <rect className="then-bar" x={nameWidth} y={index * rowHeight + 13} width={at(x(earlier))} height={5} />
          )}
          <text x={width} y={index * rowHeight + 12} textAnchor="end">
            {percent(share)}
          </text>
        </React.Fragment>
      ))}
    </Chart>
  );
}

/** The values of either that are the most frequent now, then those of before. */
function pairsOf(now: Profile, before: Profile | null, values: boolean): Pair[] {
  const shareIn = (profile: Profile, value: string) => {
    const found = profile.frequent.find((one) => one.value === value);
    return found === undefined || knownOf(profile) === 0 ? 0 : found.rows / knownOf(profile);
  };
  const all = [...new Set([...now.frequent, ...(before?.frequent ?? [])].map(({ value }) => value))];
  return all.slice(0, most).map((value, index) => ({
    label: values || now.kind === "boolean" ? value || "(empty)" : `value ${index + 1}`,
    now: shareIn(now, value),
    before: before === null ? null : shareIn(before, value),
  }));
}
