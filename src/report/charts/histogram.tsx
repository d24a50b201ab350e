// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import React from "react";
import { type Bin, binInWords, binsOf, endsInWords } from "../../client/profiles.ts";
import { at, Chart } from "./chart.tsx";
import { type Compared, formatOf, percent } from "./values.ts";

const width = 300;
const height = 120;
const bottom = 18;
const top = 12;

/** Two distributions laid over one another: bars for this one, a line of steps for the one before. */
export function Histograms({ title, now, before, names, values }: Compared) {
  const [bins, earlier] = [binsOf(now), before === null ? null : binsOf(before)];
  if (bins === null) return null;
  const all = [...bins, ...(earlier ?? [])];
  const x = scaleLinear([Math.min(...all.map(({ from }) => from)), Math.max(...all.map(({ to }) => to))], [0, width]);
  const y = scaleLinear([0, max(all, ({ share }) => share) ?? 1], [height - bottom, top]);
  const format = formatOf(now.kind);
  const ends = endsInWords(all, format);
  const steps = (earlier ?? []).flatMap(({ from, to, share }): [number, number][] => [
    [at(x(from)), at(y(share))],
    [at(x(to)), at(y(share))],
  ]);
  return (
    <Chart title={title} told={toldOf(bins, earlier, names, values ? format : null)} width={width} height={height}>
      {bins.map(({ from, to, share }) =>
        share === 0 ? null : (
          <rect
            key={from}
            className="now"
            x={at(x(from) + 0.5)}
            width={at(Math.max(1, x(to) - x(from) - 1))}
            y={at(y(share))}
            height={at(Math.max(0.5, height - bottom - y(share)))}
          />
        ),
      )}
      {steps.length > 0 && <path className="then" d={line()(steps) ?? undefined} />}
      <line className="axis" x1={0} x2={width} y1={height - bottom} y2={height - bottom} />
      <text x={0} y={9}>
        {percent(y.domain()[1] ?? 0)}
      </text>
      {values && (
        <>
          <text x={0} y={height - 4}>
            {ends.low}
          </text>
          <text x={width} y={height - 4} textAnchor="end">
            {ends.high}
          </text>
        </>
      )}
    </Chart>
  );
}

/** Where most values lie, now and before. */
function toldOf(
  bins: readonly Bin[],
  earlier: readonly Bin[] | null,
  names: Compared["names"],
  format: ((place: number) => string) | null,
): string {
  const peak = (of: readonly Bin[], name: string) => {
    const at = of.reduce((best, bin) => (bin.share > best.share ? bin : best));
    const place = format === null ? `bin ${of.indexOf(at) + 1} of ${of.length}` : binInWords(at, format);
    return `At ${name} most values, ${percent(at.share)}: ${place}.`;
  };
  return [peak(bins, names.now), ...(earlier === null ? [] : [peak(earlier, names.before)])].join(" ");
}

/** Which of the two is which. */
export function HistogramLegend({ names: { now, before } }: { names: Compared["names"] }) {
  return (
    <ul className="legend">
      <li>
        <svg width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">
          <rect className="now" width="22" height="12" />
        </svg>
        {now}: bars
      </li>
      <li>
        <svg width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">
          <path className="then" d="M0 9H8V3H16V7H22" />
        </svg>
        {before}: line of steps, or the narrow bars
      </li>
    </ul>
  );
}
