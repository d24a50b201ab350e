// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { spaced } from "../../client/words.ts";
import { formatBytes, formatCount, formatMoment } from "../../core/format.ts";
import type { MonthEntry } from "../../core/messages/listings.ts";
import type { SnapshotEntry } from "../../core/messages/seals.ts";
import { isLacking } from "../../core/month.ts";
import { pageOf } from "../document/page.tsx";
import { Badge, Facts, Section, Verdict } from "../document/parts.tsx";
import { indexPath, monthPath, runPath, up } from "../document/paths.ts";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import type { SiteEvidence } from "../gather/site.ts";
import { RunList } from "../sections/run-list.tsx";
import { stateTones } from "../sections/stages.tsx";

/** All that a month's page is made of: it is written anew when some of it changed. */
export function monthParts({ months, runs, snapshots }: SiteEvidence, entry: MonthEntry) {
  const there = months.filter((one) => !isLacking(one));
  const index = there.indexOf(entry);
  return {
    entry,
    before: there[index - 1]?.month ?? null,
    after: there[index + 1]?.month ?? null,
    runs: runs.filter(({ month }) => month === entry.month),
    seals: snapshots.filter(({ month }) => month === entry.month),
  };
}

const stateWords: Record<MonthEntry["state"], string> = {
  new: "lies on disk and was never published",
  ok: "is published, with the very files that lie on disk",
  changed: "is published, and its files have changed since",
  dropped: "was published, and its snapshots were dropped since",
  failed: "is not published: its last run did not get through",
  crashed: "is not published: its last run crashed",
  running: "is being run",
  incomplete: "lacks files",
  broken: "is published, and rows of its snapshots are gone",
  adopted: "was taken by others, and its snapshots were sealed as they were",
  unsealed: "has rows under its date that no seal vouches for",
  out_of_order: "is not published, and older than what the live tables hold",
  stamp_taken: "is not published, and another month stands under its date",
  gone: "is published, and its files lie on disk no more",
  due: "is due, and not there",
  missing: "is not there, and later ones are",
};

/** The page of a month: where it stands, its runs, its seals, its files. */
export function monthPage(parts: ReturnType<typeof monthParts>, place: Place): string {
  const { entry, before, after, runs, seals } = parts;
  const { month, as_of, state, last_run, files } = entry;
  return pageOf({
    title: `${month}: ${spaced(state)} · ${place.dataset.name}`,
    crumbs: [{ text: shown(place.dataset.name), href: `${up}${indexPath}` }, { text: shown(month) }],
    colophon: (
      <p>
        Written by {place.console} from the ledger of the dataset {place.dataset.name}.
      </p>
    ),
    children: (
      <>
        <h1>
          {shown(month)}, as of {as_of}
        </h1>
        <Verdict tone={stateTones[state]}>
          {shown(month)} {stateWords[state]}.
        </Verdict>
        <Facts
          facts={[
            [
              "State",
              <Badge key="state" tone={stateTones[state]}>
                {spaced(state)}
              </Badge>,
            ],
            [
              "Stands by",
              last_run === null ? (
                "no run"
              ) : (
                <a key="run" href={`${up}${runPath(last_run.run)}`}>
                  run {last_run.run}
                </a>
              ),
            ],
            [
              "Month before",
              before === null ? (
                "none"
              ) : (
                <a key="before" href={`${up}${monthPath(before)}`}>
                  {shown(before)}
                </a>
              ),
            ],
            [
              "Month after",
              after === null ? (
                "none"
              ) : (
                <a key="after" href={`${up}${monthPath(after)}`}>
                  {shown(after)}
                </a>
              ),
            ],
          ]}
        />
        <Section id="runs" title="Runs">
          {runs.length === 0 ? (
            <p>There is none.</p>
          ) : (
            <RunList runs={runs} caption="Runs of this month, the newest first" root={up} />
          )}
        </Section>
        <Section id="seals" title="Seals in force">
          {seals.length === 0 ? (
            <p>There is none.</p>
          ) : (
            <DataTable caption="Snapshots of this month" columns={sealColumns} rows={seals} />
          )}
        </Section>
        <Section id="files" title="Files on disk">
          {files.length === 0 ? (
            <p>There are none any more.</p>
          ) : (
            <DataTable caption="Files of this month's drop, as they lie on disk" columns={fileColumns} rows={files} />
          )}
        </Section>
      </>
    ),
  });
}

const sealColumns: Column<SnapshotEntry>[] = [
  { title: "Snapshot", heads: true, cell: ({ table }) => shown(table) },
  { title: "As of", look: "whole", cell: ({ as_of }) => as_of },
  { title: "Rows", look: "figure", cell: ({ rows }) => formatCount(rows), sort: ({ rows }) => rows },
  { title: "Sealed", cell: ({ sealed_at }) => formatMoment(sealed_at) },
  { title: "By", cell: ({ run }) => (run === null ? "–" : <a href={`${up}${runPath(run)}`}>run {run}</a>) },
  { title: "Fingerprint", look: "code", cell: ({ fingerprint }) => fingerprint },
];

const fileColumns: Column<MonthEntry["files"][number]>[] = [
  { title: "Table", cell: ({ table }) => shown(table) },
  { title: "File", heads: true, look: "wide", cell: ({ path }) => shown(path) },
  {
    title: "Size",
    look: "figure",
    cell: ({ bytes, present }) => (present ? formatBytes(bytes) : "missing"),
    sort: ({ bytes }) => bytes,
  },
];
