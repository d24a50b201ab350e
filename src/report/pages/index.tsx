// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { monthLines, namesOf } from "../../client/month-lines.ts";
import { formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import { secondsOf } from "../../core/messages/listings.ts";
import { allOf } from "../../core/messages/verdicts.ts";
import { OverMonths } from "../charts/over-months.tsx";
import { pageOf } from "../document/page.tsx";
import { Facts, Section, Verdict } from "../document/parts.tsx";
import { tablePath } from "../document/paths.ts";
import { DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import { publications, type SiteEvidence } from "../gather/site.ts";
import { valuesInWords } from "../sections/heading.tsx";
import { RunList, rowsOf } from "../sections/run-list.tsx";
import { StageGrid, stateInWords, stateTones } from "../sections/stages.tsx";

/** The page that a site opens with. */
export function indexPage(site: SiteEvidence, place: Place): string {
  const { months, runs } = site;
  const { name, first_month } = place.dataset;
  return pageOf({
    title: `${name}: all months`,
    colophon: (
      <p>
        Written by {place.console} from the ledger of the dataset {name}.
      </p>
    ),
    children: (
      <>
        <h1>{shown(name)}</h1>
        <Standing site={site} />
        <Facts
          facts={[
            ["Dataset", name],
            ["First month", first_month],
            ["Months", formatCount(months.length)],
            ["Runs", formatCount(runs.length)],
            ["Database", place.database],
            ["Keys and values", valuesInWords(place)],
          ]}
        />
        <Section id="months" title="Months">
          <StageGrid site={site} />
        </Section>
        <Section id="trends" title="Over the months">
          <Trends site={site} />
        </Section>
        <Section id="tables" title="Tables">
          <Tables site={site} place={place} />
        </Section>
        <Section id="runs" title="Runs">
          <RunList runs={runs} caption={`All ${formatCounted(runs.length, "run")}, the newest first`} root="" />
        </Section>
      </>
    ),
  });
}

/** Whether all is well, in a sentence. */
function Standing({ site: { months } }: { site: SiteEvidence }) {
  const published = months.filter(({ state }) => state === "ok" || state === "adopted");
  const lines = monthLines(months.toReversed()).toReversed();
  const wanting = lines.filter(({ state }) => stateTones[state] === "bad" || stateTones[state] === "warn");
  const newest = published.at(-1);
  const said = [
    newest === undefined
      ? "No month stands as it was published."
      : `${published.length} of ${formatCounted(months.length, "month")} stand as they were published, up to ${newest.month}, as of ${newest.as_of}.`,
    wanting.length === 0
      ? ""
      : `To be looked at: ${wanting.map((line) => `${namesOf(line)} (${stateInWords(line)})`).join(", ")}.`,
  ];
  const tone = wanting.length > 0 ? "warn" : newest === undefined ? "idle" : "good";
  return <Verdict tone={tone}>{shown(said.filter(Boolean).join(" "))}</Verdict>;
}

function Trends({ site }: { site: SiteEvidence }) {
  const published = publications(site);
  const tried = site.months.flatMap(({ as_of, last_run }) => (last_run === null ? [] : [{ as_of, last_run }]));
  const missed = tried.map(({ as_of, last_run: { expectations, status } }) => ({
    as_of,
    value: allOf(expectations) === 0 ? null : allOf(expectations) - expectations.passed,
    isGood: status === "published",
  }));
  const seconds = published.map((run) => ({ as_of: run.as_of, value: secondsOf(run) }));
  return (
    <div className="grid">
      <OverMonths
        title="Rows of all tables, as published"
        points={published.map((run) => ({ as_of: run.as_of, value: rowsOf(run) }))}
        fromZero
      />
      <OverMonths title="Expectations that did not pass in a month's last run" points={missed} fromZero />
      <OverMonths title="What a publication took" points={seconds} fromZero format={formatDuration} />
    </div>
  );
}

function Tables({ site, place }: { site: SiteEvidence; place: Place }) {
  const published = publications(site);
  const newest = published.at(-1);
  const rows = place.dataset.tables.map(({ table, snapshot }) => ({
    ...{ table, snapshot },
    rows: newest?.tables.find((one) => one.table === table)?.rows ?? null,
    points: published.map(({ as_of, tables }) => ({
      as_of,
      value: tables.find((one) => one.table === table)?.rows ?? null,
    })),
  }));
  return (
    <DataTable
      caption={newest === undefined ? "Tables of the dataset" : `Tables of the dataset, as of ${newest.as_of}`}
      rows={rows}
      columns={[
        { title: "Table", heads: true, cell: ({ table }) => <a href={tablePath(table)}>{shown(table)}</a> },
        { title: "Snapshots", cell: ({ snapshot }) => shown(snapshot ?? "–") },
        {
          title: "Rows",
          look: "figure",
          cell: (row) => (row.rows === null ? "–" : formatCount(row.rows)),
          sort: (row) => row.rows ?? "",
        },
        {
          title: "Over the months",
          cell: ({ table, points }) => (
            <OverMonths
              title={`Rows of ${table} over the months`}
              points={points}
              fromZero
              width={220}
              height={56}
              hasCaption={false}
            />
          ),
          sort: (row) => row.rows ?? "",
        },
      ]}
    />
  );
}
