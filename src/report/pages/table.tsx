// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { formatCount } from "../../core/format.ts";
import type { TableCounts } from "../../core/messages/events.ts";
import { profilingCommand, type TableProfile } from "../../core/messages/profiles.ts";
import { program } from "../../core/self.ts";
import { OverMonths } from "../charts/over-months.tsx";
import { pageOf } from "../document/page.tsx";
import { Facts, Section } from "../document/parts.tsx";
import { indexPath, monthPath, runPath, up } from "../document/paths.ts";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import { publications, type SiteEvidence } from "../gather/site.ts";
import { type ColumnMonth, ColumnSection } from "../sections/column.tsx";

interface Line {
  month: string;
  as_of: string;
  run: number;
  counts: TableCounts;
}

/** The page of a table: its rows over the months, and what each column came to. */
export function tablePage(table: Place["dataset"]["tables"][number], site: SiteEvidence, place: Place): string {
  const lines = publications(site).flatMap(({ month, as_of, run, tables }): Line[] =>
    tables.filter((one) => one.table === table.table).map((counts) => ({ month, as_of, run, counts })),
  );
  return pageOf({
    title: `${table.table} · ${place.dataset.name}`,
    crumbs: [{ text: shown(place.dataset.name), href: `${up}${indexPath}` }, { text: shown(table.table) }],
    colophon: (
      <p>
        Written by {place.console} from the ledger of the dataset {place.dataset.name}.
      </p>
    ),
    children: (
      <>
        <h1>{shown(table.table)}</h1>
        <Facts
          facts={[
            ["Table", table.table],
            ["Key", table.key.join(", ") || "none"],
            ["File in a drop", table.file],
            ["Snapshots", table.snapshot ?? "none are taken"],
          ]}
        />
        <Section id="rows" title="Rows">
          {lines.length === 0 ? <p>No month is published.</p> : <Rows lines={lines} />}
        </Section>
        <Columns profiles={site.profiles.get(table.table) ?? []} values={place.values} />
      </>
    ),
  });
}

/** Each column that the newest profile has. */
function Columns({ profiles, values }: { profiles: readonly TableProfile[]; values: boolean }) {
  const known = profiles.flatMap(({ as_of, columns }) => (columns === null ? [] : [{ as_of, columns }]));
  const newest = known.at(-1)?.columns ?? [];
  const monthsOf = (column: string) =>
    known.flatMap(({ as_of, columns }): ColumnMonth[] => {
      const profile = columns.find((one) => one.column === column);
      return profile === undefined ? [] : [{ as_of, profile }];
    });
  return (
    <Section id="columns" title="Columns">
      {known.length < profiles.length && (
        <p className="dim">
          {known.length} of {profiles.length} months are profiled; `{program} {profilingCommand}` takes the figures of
          the others.
        </p>
      )}
      {newest.length === 0 && <p>None was profiled.</p>}
      {newest.map(({ column }) => (
        <ColumnSection key={column} months={monthsOf(column)} values={values} />
      ))}
    </Section>
  );
}

const counts = ["rows", "inserted", "updated", "unchanged", "absent"] as const;
const titles: Record<(typeof counts)[number], string> = {
  rows: "Rows",
  inserted: "New",
  updated: "Changed",
  unchanged: "Unchanged",
  absent: "Absent",
};

function Rows({ lines }: { lines: readonly Line[] }) {
  const columns: Column<Line>[] = [
    { title: "Month", heads: true, cell: ({ month }) => <a href={`${up}${monthPath(month)}`}>{shown(month)}</a> },
    { title: "As of", look: "whole", cell: ({ as_of }) => as_of },
    {
      title: "Run",
      look: "whole",
      cell: ({ run }) => <a href={`${up}${runPath(run)}`}>run {run}</a>,
      sort: ({ run }) => run,
    },
    ...counts.map(
      (name): Column<Line> => ({
        title: titles[name],
        look: "figure",
        cell: (line) => (line.counts[name] === undefined ? "–" : formatCount(line.counts[name] ?? 0)),
        sort: (line) => line.counts[name] ?? "",
      }),
    ),
  ];
  return (
    <>
      <div className="grid">
        {counts.map((name) => (
          <OverMonths
            key={name}
            title={titles[name]}
            points={lines.map((line) => ({ as_of: line.as_of, value: line.counts[name] ?? null }))}
            fromZero
          />
        ))}
      </div>
      <DataTable
        caption="Rows as each month was published, the newest first"
        columns={columns}
        rows={lines.toReversed()}
      />
    </>
  );
}
