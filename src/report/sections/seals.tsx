// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { whyLifted } from "../../client/words.ts";
import { formatBytes, formatCount, formatMoment } from "../../core/format.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { LiftedSeal, SealOfRun } from "../../core/messages/seals.ts";
import { program } from "../../core/self.ts";
import { Code, Section } from "../document/parts.tsx";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";

const sealColumns: Column<SealOfRun>[] = [
  { title: "Snapshot", cell: ({ table }) => shown(table), heads: true },
  { title: "Of table", cell: ({ source }) => shown(source ?? "–") },
  { title: "As of", look: "whole", cell: ({ as_of }) => as_of },
  { title: "Rows", look: "figure", cell: ({ rows }) => formatCount(rows), sort: ({ rows }) => rows },
  { title: "Fingerprint", look: "code", cell: ({ fingerprint }) => fingerprint },
];

function liftedColumns(run: number): Column<LiftedSeal>[] {
  return [
    { title: "Lifted seal", cell: ({ table }) => shown(table), heads: true },
    { title: "As of", look: "whole", cell: ({ as_of }) => as_of },
    { title: "Rows", look: "figure", cell: ({ rows }) => formatCount(rows), sort: ({ rows }) => rows },
    { title: "When", cell: ({ lifted_at }) => formatMoment(lifted_at) },
    { title: "Why", cell: (seal) => shown(whyLifted(seal, run)) },
    { title: "Fingerprint", look: "code", cell: ({ fingerprint }) => fingerprint ?? "–" },
  ];
}

/** What was sealed, how that is proved again, and which seals are in force no more. */
export function Seals({ detail: { run, snapshots, lifted } }: { detail: RunDetail }) {
  return (
    <Section id="seals" title="Seals">
      {snapshots.length === 0 ? (
        <p>No seal of this run is in force.</p>
      ) : (
        <>
          <DataTable caption="Snapshots that this run sealed" columns={sealColumns} rows={snapshots} />
          <p>
            A fingerprint is made of every cell of every row, in whatever order they lie. This computes each anew from
            the rows that are there now, and ends with exit code 1 when one differs:
          </p>
          <Code text={`${program} snapshots --verify`} label="Command that verifies the seals" />
        </>
      )}
      {lifted.length > 0 && (
        <DataTable caption="Seals that are in force no more" columns={liftedColumns(run)} rows={lifted} />
      )}
    </Section>
  );
}

const fileColumns: Column<RunDetail["files"][number]>[] = [
  { title: "Table", cell: ({ table }) => shown(table) },
  { title: "File", look: "wide", heads: true, cell: ({ path }) => shown(path) },
  { title: "Size", look: "figure", cell: ({ bytes }) => formatBytes(bytes), sort: ({ bytes }) => bytes },
  {
    title: "Rows",
    look: "figure",
    cell: ({ rows }) => (rows === null ? "–" : formatCount(rows)),
    sort: ({ rows }) => rows ?? "",
  },
  { title: "SHA-256", look: "code", cell: ({ sha256 }) => sha256 ?? "not read to its end" },
];

/** What was read: byte for byte. */
export function Files({ detail: { files } }: { detail: RunDetail }) {
  return (
    <Section id="files" title="Files">
      {files.length === 0 ? (
        <p>None was kept of this run.</p>
      ) : (
        <DataTable caption="Files that this run read, as they were then" columns={fileColumns} rows={files} />
      )}
    </Section>
  );
}
