// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { formatCount, formatCounted } from "../../core/format.ts";
import { Badge, Section } from "../document/parts.tsx";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { Move, Moves } from "../gather/moves.ts";
import type { Place } from "../gather/place.ts";
import type { RunEvidence } from "../gather/run.ts";
import { Distributions } from "./distributions.tsx";

const figure = (value: number | null) => (value === null ? "–" : value.toFixed(3));
const share = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);

/** How far each column moved since the snapshot before. */
export function Drift({ evidence, place }: { evidence: RunEvidence; place: Place }) {
  const { moves } = evidence;
  return (
    <Section id="drift" title="Drift">
      {"missing" in moves ? <p>{moves.missing}</p> : <MovedColumns moves={moves} />}
      <Distributions evidence={evidence} place={place} />
    </Section>
  );
}

function MovedColumns({ moves: { from, to, columns, found } }: { moves: Moves }) {
  const drifted = columns.filter(({ drifts }) => drifts.length > 0);
  const gravestFirst = columns.toSorted(
    (a, b) => b.drifts.length - a.drifts.length || (b.distance ?? 0) - (a.distance ?? 0),
  );
  return (
    <>
      <p>
        From {from} to {to}: {columnsInWords(drifted.length, columns.length)} at or beyond a limit. {found}
      </p>
      <DataTable
        caption="How far the values of each column moved, those beyond a limit first"
        columns={found === null ? [...figureColumns, changedColumn] : figureColumns}
        rows={gravestFirst}
      />
    </>
  );
}

function columnsInWords(some: number, all: number): string {
  const words = `of ${formatCounted(all, "column")}`;
  return some === 0 ? `none ${words} is` : `${formatCount(some)} ${words} ${some === 1 ? "is" : "are"}`;
}

/** What there is to be said of a column that did not drift. */
const within: Record<Move["told_by"], string> = {
  all: "within",
  sample: "within, as a sample shows",
  same: "the very same rows",
};

const figureColumns: Column<Move>[] = [
  { title: "Snapshot", cell: ({ table }) => shown(table) },
  { title: "Column", heads: true, cell: ({ column }) => shown(column) },
  {
    title: "Drift",
    cell: ({ drifts, told_by }) =>
      drifts.length === 0 ? (
        <Badge tone="good">{within[told_by]}</Badge>
      ) : (
        <Badge tone="warn">{drifts.join(", ")}</Badge>
      ),
    sort: ({ drifts }) => drifts.length,
  },
  { title: "Measure", cell: ({ measure }) => measure?.toUpperCase() ?? "–" },
  {
    title: "Distance",
    look: "figure",
    cell: ({ distance }) => figure(distance),
    sort: ({ distance }) => distance ?? "",
  },
  { title: "Limit", look: "figure", cell: ({ threshold }) => String(threshold), sort: ({ threshold }) => threshold },
  { title: "KS", look: "figure", cell: ({ ks }) => figure(ks), sort: ({ ks }) => ks ?? "" },
  { title: "Beyond range", look: "figure", cell: ({ beyond }) => share(beyond), sort: ({ beyond }) => beyond ?? "" },
  {
    title: "Missing moved",
    look: "figure",
    cell: ({ missing }) => share(missing),
    sort: ({ missing }) => missing ?? "",
  },
  { title: "Mean moved", look: "figure", cell: ({ mean }) => figure(mean), sort: ({ mean }) => mean ?? "" },
];

const changedColumn: Column<Move> = {
  title: "Keys changed",
  look: "figure",
  cell: ({ changed }) => (changed === null ? "–" : formatCount(changed)),
  sort: ({ changed }) => changed ?? "",
};
