// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */

import { extent } from "d3-array";
import { scaleLinear, scaleUtc } from "d3-scale";
import { area, line } from "d3-shape";
import React from "react";
import { at, Chart } from "./chart.tsx";
import { figure } from "./numbers.ts";

/** A figure of a month; null where there is none. */
interface Point {
  as_of: string;
  value: number | null;
  /** False for one that did not pass: marked by its shape. */
  isGood?: boolean;
}

/** Between these a figure is well; null without such a bound. */
export interface Bounds {
  low: number | null;
  high: number | null;
}

/** Low and high of a month, such as its quartiles. */
export interface Spread {
  as_of: string;
  low: number;
  high: number;
}

interface Props {
  title: string;
  points: readonly Point[];
  bounds?: Bounds | null;
  /** Drawn behind the line, the widest first. */
  spreads?: readonly (readonly Spread[])[];
  /** Whether the axis begins at 0. */
  fromZero?: boolean;
  width?: number;
  height?: number;
  hasCaption?: boolean;
  /** How a figure is written; null for one that is not to be told, but drawn. */
  format?: Format | null;
}

type Format = (value: number) => string;

type Known = Point & { value: number };

const right = 8;
const top = 14;
const bottom = 16;

/** One figure over the months, against its bounds. */
export function OverMonths({
  title,
  points,
  bounds = null,
  spreads = [],
  fromZero = false,
  width = 300,
  height = 96,
  hasCaption = true,
  format = figure,
}: Props) {
  const known = points.filter((point): point is Known => point.value !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return <p className="dim">{title}: no figure is kept.</p>;
  const values = [
    ...known.map(({ value }) => value),
    ...spreads.flat().flatMap(({ low, high }) => [low, high]),
    ...[bounds?.low, bounds?.high].filter((bound) => bound !== null && bound !== undefined),
    ...(fromZero ? [0] : []),
  ];
  const [lowest = 0, highest = 0] = extent(values);
  const slack = highest === lowest ? Math.abs(highest) || 1 : (highest - lowest) * 0.06;
  const y = scaleLinear([fromZero && lowest === 0 ? 0 : lowest - slack, highest + slack], [height - bottom, top]);
  const ends = lowest === highest ? [highest] : [highest, lowest];
  const texts = format === null ? [] : ends.map(format);
  // Beside the figures at the axis' ends.
  const left = 6 * Math.max(0, ...texts.map(({ length }) => length)) + 10;
  const moments = points.map(({ as_of }) => momentOf(as_of));
  const [begin = 0, end = 0] = extent(moments);
  // A single month stands in the middle.
  const x = scaleUtc(
    [new Date(begin), new Date(end)],
    begin === end ? [(left + width) / 2, (left + width) / 2] : [left + 2, width - right],
  );
  const place = ({ as_of }: { as_of: string }) => at(x(momentOf(as_of)));
  const lineOf = line<Known>(place, ({ value }) => at(y(value)));
  const areaOf = area<Spread>()
    .x(place)
    .y0(({ low }) => at(y(low)))
    .y1(({ high }) => at(y(high)));
  const isAlone = begin === end;
  return (
    <Chart title={title} told={toldOf(known, bounds, format)} width={width} height={height} hasCaption={hasCaption}>
      {bounds !== null && <BoundsOf bounds={bounds} y={y} left={left} width={width} bottom={height - bottom} />}
      {spreads.map((spread, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: it is drawn once
        <path key={index} className={index === 0 ? "spread" : "inner"} d={areaOf(spread) ?? undefined} />
      ))}
      <line className="axis" x1={left} x2={width} y1={height - bottom} y2={height - bottom} />
      {!isAlone && <path className="line" d={lineOf(known) ?? undefined} />}
      <circle className="here" cx={place(last)} cy={at(y(last.value))} r={3} />
      {known
        .filter(({ isGood }) => isGood === false)
        .map((point) => (
          <path key={point.as_of} className="miss" d={cross(place(point), at(y(point.value)))} />
        ))}
      {texts[0] !== undefined && (
        <text x={0} y={9}>
          {texts[0]}
        </text>
      )}
      {texts[1] !== undefined && (
        <text x={0} y={height - bottom - 4}>
          {texts[1]}
        </text>
      )}
      <text x={left} y={height - 2}>
        {first.as_of}
      </text>
      {!isAlone && (
        <text x={width} y={height - 2} textAnchor="end">
          {last.as_of}
        </text>
      )}
    </Chart>
  );
}

function momentOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** So wide on either side. */
const arm = 3.5;

function cross(x: number, y: number): string {
  return `M${at(x - arm)} ${at(y - arm)}L${at(x + arm)} ${at(y + arm)}M${at(x - arm)} ${at(y + arm)}L${at(x + arm)} ${at(y - arm)}`;
}

interface BoundsProps {
  bounds: Bounds;
  y: (value: number) => number;
  left: number;
  width: number;
  bottom: number;
}

/** What is allowed is shaded; each bound is a line of its own. */
function BoundsOf({ bounds: { low, high }, y, left, width, bottom }: BoundsProps) {
  const upper = high === null ? 0 : y(high);
  const lower = low === null ? bottom : y(low);
  return (
    <>
      <rect className="band" x={left} width={width - left} y={at(upper)} height={at(Math.max(1, lower - upper))} />
      {[...new Set([low, high])].map(
        (bound) =>
          bound !== null && (
            <line key={bound} className="edge" x1={left} x2={width} y1={at(y(bound))} y2={at(y(bound))} />
          ),
      )}
    </>
  );
}

function toldOf(known: readonly Known[], bounds: Bounds | null, format: Format | null): string {
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return "";
  if (format === null)
    return `From ${first.as_of} to ${last.as_of}; the figures are values of the data, which are left out.`;
  const [lowest = 0, highest = 0] = extent(known, ({ value }) => value);
  const missed = known.filter(({ isGood }) => isGood === false).map(({ as_of }) => as_of);
  const parts = [
    known.length === 1
      ? `${format(last.value)} at ${last.as_of}.`
      : `From ${format(first.value)} at ${first.as_of} to ${format(last.value)} at ${last.as_of}, between ${format(lowest)} and ${format(highest)}.`,
    bounds?.low === null || bounds === null ? "" : `At least ${format(bounds.low)}.`,
    bounds?.high === null || bounds === null ? "" : `At most ${format(bounds.high)}.`,
    missed.length === 0 ? "" : `Marked as not passed: ${missed.join(", ")}.`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}
