// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import React from "react";
import { statusOf, took } from "../../client/words.ts";
import { formatCount, formatMoment } from "../../core/format.ts";
import { type RunEntry, secondsOf } from "../../core/messages/listings.ts";
import { allOf, countsInWords } from "../../core/messages/verdicts.ts";
import { Badge } from "../document/parts.tsx";
import { monthPath, runPath } from "../document/paths.ts";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import { statusTones } from "./run-words.ts";

/** Rows of all tables together; null before any was counted. */
export function rowsOf({ tables }: RunEntry): number | null {
  return tables.length === 0 ? null : tables.reduce((sum, { rows }) => sum + rows, 0);
}

/** Runs with links to their pages; `root` leads to the site's folder. */
export function RunList({ runs, caption, root }: { runs: readonly RunEntry[]; caption: string; root: string }) {
  const columns: Column<RunEntry>[] = [
    {
      title: "Run",
      look: "whole",
      heads: true,
      cell: ({ run }) => <a href={`${root}${runPath(run)}`}>run {run}</a>,
      sort: ({ run }) => run,
    },
    { title: "Month", cell: ({ month }) => <a href={`${root}${monthPath(month)}`}>{shown(month)}</a> },
    { title: "As of", look: "whole", cell: ({ as_of }) => as_of },
    { title: "Outcome", cell: (run) => <Badge tone={statusTones[run.status]}>{statusOf(run)}</Badge> },
    { title: "Started", look: "whole", cell: ({ started_at }) => formatMoment(started_at) },
    { title: "Took", look: "figure", cell: (run) => took(run), sort: (run) => secondsOf(run) ?? "" },
    { title: "Rows", look: "figure", cell: (run) => countOrNone(rowsOf(run)), sort: (run) => rowsOf(run) ?? "" },
    {
      title: "Expectations",
      cell: ({ expectations }) => (allOf(expectations) === 0 ? "–" : countsInWords(expectations)),
      sort: ({ expectations }) => expectations.passed - allOf(expectations),
    },
  ];
  return <DataTable caption={caption} columns={columns} rows={runs} />;
}

function countOrNone(count: number | null): string {
  return count === null ? "–" : formatCount(count);
}
