// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */

import { scaleLinear } from "d3-scale";
import { stack } from "d3-shape";
import React from "react";
import { formatCount } from "../../core/format.ts";
import { at, Chart } from "./chart.tsx";

/** What becomes of a table's rows, in the order in which it is drawn. */
const fates = ["new", "changed", "unchanged", "absent"] as const;
export type Fate = (typeof fates)[number];
export type Fates = Record<Fate, number>;

interface Props {
  title: string;
  /** A bar each: this month, and the one before where there is one. */
  bars: readonly { name: string; rows: Fates }[];
  /** What the longest bar of the page comes to, so that bars compare. */
  most: number;
}

const width = 300;
const thickness = 16;
const gap = 6;
const nameWidth = 66;

/** Rows by what became of them, a bar a month. */
export function Shares({ title, bars, most }: Props) {
  const x = scaleLinear([0, Math.max(1, most)], [nameWidth, width]);
  const parts = stack<{ name: string; rows: Fates }, Fate>()
    .keys([...fates])
    .value(({ rows }, fate) => rows[fate])([...bars]);
  const told = bars.map(
    ({ name, rows }) => `${name}: ${fates.map((fate) => `${formatCount(rows[fate])} ${fate}`).join(", ")}.`,
  );
  return (
    <Chart
      title={title}
      told={told.join(" ")}
      width={width}
      height={bars.length * (thickness + gap) - gap}
      hasCaption={false}
    >
      {bars.map(({ name }, index) => (
        <text key={name} x={0} y={index * (thickness + gap) + 12}>
          {name}
        </text>
      ))}
      {parts.map((part) =>
        part.map(([from, to], index) =>
          to > from ? (
            <Piece
              key={`${part.key} ${bars[index]?.name}`}
              fate={part.key}
              x={at(x(from))}
              // What is there is seen, be it ever so little.
              width={at(Math.max(1, x(to) - x(from)))}
              y={index * (thickness + gap)}
            />
          ) : null,
        ),
      )}
    </Chart>
  );
}

/** Of each fate the texture differs, too. */
function Piece({ fate, x, y, width: wide }: { fate: Fate; x: number; y: number; width: number }) {
  return (
    <>
      <rect className={fate} x={x} y={y} width={wide} height={thickness} />
      <Texture fate={fate} x={x} y={y} width={wide} />
    </>
  );
}

function Texture({ fate, x, y, width: wide }: { fate: Fate; x: number; y: number; width: number }) {
  if (fate === "unchanged" || wide < 4) return null;
  const steps = Array.from({ length: Math.floor(wide / 5) }, (_, index) => at(x + 5 * index + 2.5));
  const slope = { new: 0, changed: 2, absent: -2 }[fate];
  return (
    <path
      className="hatch"
      d={steps.map((step) => `M${at(step - slope)} ${y}L${at(step + slope)} ${y + thickness}`).join("")}
    />
  );
}

/** Which texture and colour is which. */
export function SharesLegend() {
  const words: Record<Fate, string> = {
    new: "new",
    changed: "changed",
    unchanged: "unchanged",
    absent: "absent: live, and not in the drop",
  };
  return (
    <ul className="legend">
      {fates.map((fate) => (
        <li key={fate}>
          <svg width="22" height={thickness} viewBox={`0 0 22 ${thickness}`} aria-hidden="true">
            <Piece fate={fate} x={0} y={0} width={22} />
          </svg>
          {words[fate]}
        </li>
      ))}
    </ul>
  );
}
