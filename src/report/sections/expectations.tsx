// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { expectationInOneLine, observation, verdictWord } from "../../client/words.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import type { UnexpectedRow, UnexpectedValues } from "../../core/messages/unexpected.ts";
import { byGravity, isRejecting, type KeptVerdict, standingOf } from "../../core/messages/verdicts.ts";
import { showValue } from "../../core/text.ts";
import { OverMonths } from "../charts/over-months.tsx";
import { Badge, Code, Section, type Tone } from "../document/parts.tsx";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import type { RunEvidence } from "../gather/run.ts";
import { boundsOf, figureName, isValue } from "./bounds.ts";
import { Suites } from "./suites.tsx";

interface Line {
  position: number;
  verdict: KeptVerdict;
}

/** Each expectation of a run, the gravest first: those that did not pass with all that is known of them, then all in a table. */
export function Expectations({ evidence, place }: { evidence: RunEvidence; place: Place }) {
  const { verdicts, suites } = evidence.detail;
  const gravity = ({ verdict }: Line) => byGravity.indexOf(standingOf(verdict));
  const lines = verdicts
    .map((verdict, position) => ({ position, verdict }))
    .toSorted((a, b) => gravity(a) - gravity(b));
  const missed = lines.filter(({ verdict }) => verdict.verdict !== "passed");
  return (
    <Section id="expectations" title="Expectations">
      {lines.length === 0 && <p>None was evaluated.</p>}
      {missed.map((line) => (
        <Missed key={line.position} line={line} evidence={evidence} place={place} />
      ))}
      {lines.length > 0 && (
        <DataTable
          caption={`All ${formatCounted(lines.length, "expectation")}, the gravest first; in the pictures what is allowed is shaded, and a month that did not pass has a cross`}
          columns={columnsFor(evidence, place)}
          rows={lines}
        />
      )}
      <Suites suites={suites} />
    </Section>
  );
}

function toneOf(verdict: KeptVerdict): Tone {
  if (verdict.verdict === "passed") return "good";
  return isRejecting(verdict) ? "bad" : "warn";
}

function columnsFor(evidence: RunEvidence, place: Place): Column<Line>[] {
  return [
    {
      title: "Verdict",
      cell: ({ verdict }) => <Badge tone={toneOf(verdict)}>{verdictWord(verdict)}</Badge>,
      sort: ({ verdict }) => byGravity.indexOf(standingOf(verdict)),
    },
    { title: "Table", cell: ({ verdict }) => shown(verdict.table) },
    {
      title: "Expectation",
      look: "wide",
      heads: true,
      cell: ({ verdict }) => (
        <>
          {expectationInOneLine(verdict)}
          <Said verdict={verdict} />
        </>
      ),
    },
    { title: "Found", look: "wide", cell: ({ verdict }) => foundIn(verdict, place) },
    {
      title: "Over the months",
      cell: (line) => (
        <Observed line={line} evidence={evidence} place={place} width={190} height={52} hasCaption={false} />
      ),
      sort: ({ position }) => evidence.series[position]?.at(-1)?.observed ?? "",
    },
  ];
}

function foundIn(verdict: KeptVerdict, { values }: Place): string {
  const { error, observed } = verdict;
  const isLeftOut = !values && isValue(verdict);
  const found = observation({ ...verdict, observed: isLeftOut ? null : observed });
  if (error !== undefined || !isLeftOut) return found || "as expected";
  return [found, "observed a value, which is left out"].filter(Boolean).join(", ");
}

interface ObservedProps {
  line: Line;
  evidence: RunEvidence;
  place: Place;
  width: number;
  height: number;
  hasCaption: boolean;
}

function Observed({ line: { position, verdict }, evidence: { series }, place, ...size }: ObservedProps) {
  const points = (series[position] ?? []).map((point) => ({
    ...{ as_of: point.as_of, value: point.observed, isGood: point.verdict === "passed" },
  }));
  if (points.every(({ value }) => value === null) || (!place.values && isValue(verdict)))
    return <span className="dim">nothing to draw</span>;
  const name = figureName(verdict);
  return (
    <OverMonths
      title={`${expectationInOneLine(verdict)}: ${name} over the months`}
      points={points}
      bounds={boundsOf(verdict)}
      fromZero={name === "unexpected values"}
      {...size}
    />
  );
}

/** One that did not pass. */
function Missed({ line, evidence, place }: { line: Line; evidence: RunEvidence; place: Place }) {
  const { verdict, position } = line;
  const tone = toneOf(verdict);
  const samples = evidence.samples.get(position);
  return (
    <article className={`card ${tone}-edge`} id={`expectation-${position}`}>
      <h3>
        <Badge tone={tone}>{verdictWord(verdict)}</Badge> {shown(verdict.table)}: {expectationInOneLine(verdict)}
      </h3>
      <Said verdict={verdict} />
      <p>
        {foundIn(verdict, place)}. <span className="dim">{severityInWords(verdict)}</span>
      </p>
      <Observed line={line} evidence={evidence} place={place} width={360} height={110} hasCaption />
      {samples !== undefined && samples.rows.length > 0 && place.values && (
        <DataTable caption={sampleCaption(samples)} columns={sampleColumns(samples)} rows={samples.rows} />
      )}
      {samples !== undefined && samples.rows.length > 0 && !place.values && <LinesOf rows={samples.rows} />}
      {samples !== undefined && <Statement samples={samples} />}
    </article>
  );
}

/** What the suite says of it: in whose words, and why it is expected. */
function Said({ verdict: { description, notes } }: { verdict: KeptVerdict }) {
  const said = [description, ...(Array.isArray(notes) ? notes : [notes])];
  return said.map((text) =>
    typeof text === "string" && text !== "" ? (
      <p key={text} className="said">
        {shown(text)}
      </p>
    ) : null,
  );
}

function severityInWords(verdict: KeptVerdict): string {
  if (verdict.verdict === "unevaluated") return "Whether the data are so is not known.";
  return verdict.severity === "critical"
    ? "A critical one: the drop is rejected for it."
    : `It is of severity ${verdict.severity}: the drop is not rejected for it.`;
}

function sampleCaption({ rows, total }: UnexpectedValues): string {
  const all = formatCounted(total, "unexpected value");
  return rows.length < total ? `The first ${formatCount(rows.length)} of ${all}` : `All ${all}`;
}

function sampleColumns({ rows }: UnexpectedValues): Column<UnexpectedRow>[] {
  const keys = [...new Set(rows.flatMap(({ key }) => Object.keys(key)))];
  return [
    ...keys.map(
      (name): Column<UnexpectedRow> => ({
        title: shown(name),
        look: "whole",
        cell: ({ key }) => shown(key[name] ?? ""),
      }),
    ),
    { title: "Value", look: "code", cell: ({ value }) => (value === null ? "NULL" : showValue(value)) },
    { title: "File", cell: ({ file }) => shown(file ?? "–") },
    {
      title: "Line",
      look: "figure",
      cell: ({ line }) => (line === null ? "–" : formatCount(line)),
      sort: ({ line }) => line ?? "",
    },
  ];
}

/** Without values: where they stand is told all the same. */
function LinesOf({ rows }: { rows: readonly UnexpectedRow[] }) {
  const found = rows.filter(({ line }) => line !== null);
  if (found.length === 0) return <p className="dim">Keys and values are left out of this page.</p>;
  const lines = found.map(({ line }) => formatCount(line ?? 0)).join(", ");
  return (
    <p>
      {found.length === 1 ? "Line" : "Lines"} {lines} of {shown(found[0]?.file ?? "")}; keys and values are left out of
      this page.
    </p>
  );
}

function Statement({ samples: { sql, sql_note: note } }: { samples: UnexpectedValues }) {
  if (sql === null) return note === "" ? null : <p className="dim">No statement finds them: {shown(note)}.</p>;
  return (
    <>
      <p className="dim">This finds all of them ({shown(note)}):</p>
      <Code text={sql} label="SQL that finds the unexpected rows" />
    </>
  );
}
