// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { formatCount } from "../../core/format.ts";
import type { ColumnChange, Comparison } from "../../core/messages/listings.ts";
import { Badge, Section } from "../document/parts.tsx";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import type { RunEvidence } from "../gather/run.ts";
import { Distributions } from "./distributions.tsx";

type Line = ColumnChange & { table: string };

const figure = (value: number | null) => (value === null ? "–" : value.toFixed(3));
const share = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);

/** How far each column moved since the snapshot before. */
export function Drift({ evidence, place }: { evidence: RunEvidence; place: Place }) {
  const { moves } = evidence;
  return (
    <Section id="drift" title="Drift">
      {"missing" in moves ? <p>{moves.missing}</p> : <Moves moves={moves} />}
      <Distributions evidence={evidence} place={place} />
    </Section>
  );
}

function Moves({ moves }: { moves: Comparison }) {
  const lines = moves.tables.flatMap(({ table, columns }) => columns.map((column): Line => ({ table, ...column })));
  const drifted = lines.filter(({ drifts }) => drifts.length > 0);
  const gravestFirst = lines.toSorted(
    (a, b) => b.drifts.length - a.drifts.length || (b.distance ?? 0) - (a.distance ?? 0),
  );
  return (
    <>
      <p>
        From {moves.from} to {moves.to}: {drifted.length === 0 ? "no column" : formatCount(drifted.length)} of{" "}
        {formatCount(lines.length)} columns {drifted.length === 1 ? "is" : "are"} at or beyond a limit. A distance
        deserves attention from {moves.threshold} on.
      </p>
      <DataTable
        caption="How far the values of each column moved, those beyond a limit first"
        columns={columnsFor(moves.threshold)}
        rows={gravestFirst}
      />
    </>
  );
}

function columnsFor(threshold: number): Column<Line>[] {
  return [
    { title: "Snapshot", cell: ({ table }) => shown(table) },
    { title: "Column", heads: true, cell: ({ column }) => shown(column) },
    {
      title: "Drift",
      cell: ({ drifts }) =>
        drifts.length === 0 ? <Badge tone="good">within</Badge> : <Badge tone="warn">{drifts.join(", ")}</Badge>,
      sort: ({ drifts }) => drifts.length,
    },
    { title: "Measure", cell: ({ measure }) => measure?.toUpperCase() ?? "–" },
    {
      title: "Distance",
      look: "figure",
      cell: ({ distance }) => figure(distance),
      sort: ({ distance }) => distance ?? "",
    },
    { title: "Limit", look: "figure", cell: () => String(threshold) },
    { title: "KS", look: "figure", cell: ({ ks }) => figure(ks), sort: ({ ks }) => ks ?? "" },
    { title: "Beyond range", look: "figure", cell: ({ beyond }) => share(beyond), sort: ({ beyond }) => beyond ?? "" },
    {
      title: "Missing moved",
      look: "figure",
      cell: ({ missing }) => share(missing),
      sort: ({ missing }) => missing ?? "",
    },
    { title: "Mean moved", look: "figure", cell: ({ mean }) => figure(mean), sort: ({ mean }) => mean ?? "" },
    {
      title: "Keys changed",
      look: "figure",
      cell: ({ changed }) => formatCount(changed),
      sort: ({ changed }) => changed,
    },
  ];
}
