// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { statusOf, took } from "../../client/words.ts";
import { formatMoment } from "../../core/format.ts";
import { Badge, Facts, Note, Verdict } from "../document/parts.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import type { RunEvidence } from "../gather/run.ts";
import { statusTones, toneOf, verdictSentence } from "./run-words.ts";

/** What a run came to, of what, by whom and when, and why nothing came of it. */
export function RunHeading({ evidence: { detail, newer }, place }: { evidence: RunEvidence; place: Place }) {
  const { run, month, as_of, started_at, operator, host, status, failure, lifted, warnings } = detail;
  const gone = lifted.filter((seal) => seal.run === run && seal.reason === "retention");
  return (
    <>
      <h1>
        {shown(month)}, as of {as_of}
      </h1>
      <Verdict tone={toneOf(detail)}>{shown(verdictSentence(detail))}</Verdict>
      {failure !== null && (
        <Note tone={statusTones[status]}>
          <span>
            {shown(failure.title)} {shown(failure.hint)}
          </span>
        </Note>
      )}
      {gone.length > 0 && (
        <Note>
          <span>
            The snapshots of this run were dropped since, at {formatMoment(gone[0]?.lifted_at ?? "")}: what stands here
            was true of them, and cannot be held against their rows any more.
          </span>
        </Note>
      )}
      {newer !== null && (
        <Note tone="idle">
          <span>A later run, {newer.run}, published this month anew: what stands here is what this one did.</span>
        </Note>
      )}
      {warnings.map(({ title, hint }) => (
        <Note key={title}>
          <span>
            {shown(title)} {shown(hint)}
          </span>
        </Note>
      ))}
      <Facts
        facts={[
          ["Dataset", place.dataset.name],
          ["Month", month],
          ["As of", as_of],
          [
            "Outcome",
            <Badge key="outcome" tone={statusTones[status]}>
              {statusOf(detail)}
            </Badge>,
          ],
          ["Run", String(run)],
          ["Started", formatMoment(started_at)],
          ["Took", took(detail)],
          ["Run by", `${operator}@${host}`],
          ["Database", place.database],
          ["Keys and values", valuesInWords(place)],
        ]}
      />
    </>
  );
}

/** Which of the two kinds of page this is. */
export function valuesInWords({ values }: Place): string {
  return values ? "shown, as they are in the data" : "left out of this page; counts, lines and charts are shown";
}
