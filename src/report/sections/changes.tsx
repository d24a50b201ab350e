// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { formatCount } from "../../core/format.ts";
import type { TableCounts } from "../../core/messages/events.ts";
import { type Fates, Shares, SharesLegend } from "../charts/shares.tsx";
import { Section } from "../document/parts.tsx";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { RunEvidence } from "../gather/run.ts";

interface Line {
  table: string;
  now: TableCounts;
  before: TableCounts | null;
}

/** A count of which nothing is known. */
const unknown = "–";

function countColumn(title: string, of: (counts: TableCounts) => number | undefined): Column<Line> {
  return {
    title,
    look: "figure",
    cell: ({ now }) => (of(now) === undefined ? unknown : formatCount(of(now) ?? 0)),
    sort: ({ now }) => of(now) ?? "",
  };
}

/** What became of the rows of each table, beside the month before. */
export function Changes({ evidence: { detail, before } }: { evidence: RunEvidence }) {
  const lines = detail.tables.map((now): Line => {
    const then = before?.tables.find(({ table }) => table === now.table) ?? null;
    return { table: now.table, now, before: then };
  });
  const most = Math.max(0, ...lines.flatMap(({ now, before: then }) => [now, then].map((one) => sumOf(fatesOf(one)))));
  return (
    <Section id="tables" title="What changed">
      {lines.length === 0 ? (
        <p>It did not get as far as counting rows.</p>
      ) : (
        <>
          <p className="dim">
            {before === null
              ? "There is no month before to hold it against."
              : `Beside ${shown(before.month)}, as of ${before.as_of}, as run ${before.run} published it.`}
          </p>
          <SharesLegend />
          <DataTable
            caption="Rows of each table, by what became of them"
            columns={columnsFor(detail, before, most)}
            rows={lines}
          />
        </>
      )}
    </Section>
  );
}

function columnsFor(detail: RunEvidence["detail"], before: RunEvidence["before"], most: number): Column<Line>[] {
  return [
    { title: "Table", cell: ({ table }) => shown(table), heads: true },
    countColumn("Rows", ({ rows }) => rows),
    ...(before === null ? [] : [{ ...countColumn("Rows before", ({ rows }) => rows), ...rowsBefore }]),
    countColumn("New", ({ inserted }) => inserted),
    countColumn("Changed", ({ updated }) => updated),
    countColumn("Unchanged", ({ unchanged }) => unchanged),
    countColumn("Absent", ({ absent }) => absent),
    {
      title: "As a bar",
      sort: ({ now }) => sumOf(fatesOf(now)),
      cell({ table, now, before: then }) {
        const [own, earlier] = [fatesOf(now), fatesOf(then)];
        const bars = [
          ...(own === null ? [] : [{ name: detail.as_of, rows: own }]),
          ...(earlier === null || before === null ? [] : [{ name: before.as_of, rows: earlier }]),
        ];
        if (bars.length === 0) return <span className="dim">not compared</span>;
        return <Shares title={`Rows of ${table} by what became of them`} bars={bars} most={most} />;
      },
    },
  ];
}

const rowsBefore: Partial<Column<Line>> = {
  cell: ({ before }) => (before === null ? unknown : formatCount(before.rows)),
  sort: ({ before }) => before?.rows ?? "",
};

/** Null where the rows were not compared, as in a backfill and in what was rejected before. */
function fatesOf(counts: TableCounts | null): Fates | null {
  if (counts?.inserted === undefined && counts?.unchanged === undefined) return null;
  const { inserted = 0, updated = 0, unchanged = 0, absent = 0 } = counts;
  return { new: inserted, changed: updated, unchanged, absent };
}

function sumOf(fates: Fates | null): number {
  return fates === null ? 0 : Object.values(fates).reduce((sum, rows) => sum + rows, 0);
}
