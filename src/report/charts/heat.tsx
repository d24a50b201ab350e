// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import { scaleQuantize } from "d3-scale";
import React from "react";
import { binInWords, binsOf, endsInWords } from "../../client/profiles.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import { at, Chart } from "./chart.tsx";
import { formatOf, percent } from "./values.ts";

interface Props {
  title: string;
  months: readonly { as_of: string; profile: Profile }[];
  values: boolean;
}

const width = 300;
const height = 110;
const bottom = 18;
const top = 12;
const levels = 8;

/** The distribution of a column, a column of cells for each month: the darker, the more values lie there. */
export function Heat({ title, months, values }: Props) {
  const known = months.flatMap(({ as_of, profile }) => {
    const bins = binsOf(profile);
    return bins === null ? [] : [{ as_of, bins, kind: profile.kind }];
  });
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return null;
  const all = known.flatMap(({ bins }) => bins);
  const [low, high] = [Math.min(...all.map(({ from }) => from)), Math.max(...all.map(({ to }) => to))];
  const most = Math.max(...all.map(({ share }) => share));
  // Few values in a bin are to be seen, too.
  const level = scaleQuantize(
    [0, Math.sqrt(most)],
    Array.from({ length: levels }, (_, index) => index),
  );
  const wide = width / known.length;
  const y = (value: number) => height - bottom - ((value - low) / (high - low || 1)) * (height - bottom - top);
  const cells: string[][] = Array.from({ length: levels }, () => []);
  for (const [index, { bins }] of known.entries()) {
    for (const { from, to, share } of bins) {
      if (share === 0) continue;
      const [x, tall] = [at(index * wide), at(y(from) - y(to))];
      cells[level(Math.sqrt(share))]?.push(`M${x} ${at(y(to))}h${at(wide)}v${tall}h${at(-wide)}z`);
    }
  }
  const format = formatOf(first.kind);
  return (
    <Chart title={title} told={toldOf(first, last, most, values ? format : null)} width={width} height={height}>
      {cells.map((paths, index) =>
        paths.length === 0 ? null : (
          <path key={paths[0]} className="bar" opacity={at((index + 1) / levels)} d={paths.join("")} />
        ),
      )}
      <line className="axis" x1={0} x2={width} y1={height - bottom} y2={height - bottom} />
      {values && (
        <text x={0} y={9}>
          up to {endsInWords(all, format).high}
        </text>
      )}
      <text x={0} y={height - 4}>
        {first.as_of}
      </text>
      {first !== last && (
        <text x={width} y={height - 4} textAnchor="end">
          {last.as_of}
        </text>
      )}
    </Chart>
  );
}

type Month = { as_of: string; bins: NonNullable<ReturnType<typeof binsOf>> };

function toldOf(first: Month, last: Month, most: number, format: ((place: number) => string) | null): string {
  const peak = ({ as_of, bins }: Month) => {
    const place = bins.reduce((best, bin) => (bin.share > best.share ? bin : best));
    const where = format === null ? `bin ${bins.indexOf(place) + 1}` : binInWords(place, format);
    return `At ${as_of} most values: ${where}.`;
  };
  return `${peak(first)} ${peak(last)} The darkest cell is ${percent(most)} of a month's values.`;
}
