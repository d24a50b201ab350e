// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import { statusWord } from "../../client/words.ts";
import type { Crumb } from "../document/page.tsx";
import { pageOf } from "../document/page.tsx";
import type { Place } from "../gather/place.ts";
import type { RunEvidence } from "../gather/run.ts";
import { Changes } from "../sections/changes.tsx";
import { Drift } from "../sections/drift.tsx";
import { Expectations } from "../sections/expectations.tsx";
import { Faults } from "../sections/faults.tsx";
import { RunHeading } from "../sections/heading.tsx";
import { Files, Seals } from "../sections/seals.tsx";

const contents = {
  faults: "Faults",
  tables: "What changed",
  expectations: "Expectations",
  drift: "Drift",
  seals: "Seals",
  files: "Files",
};

/** The page of one run. */
export function runPage(evidence: RunEvidence, place: Place, crumbs: readonly Crumb[] = []): string {
  const { detail } = evidence;
  const isFaulty = (detail.failure?.fault_count ?? 0) > 0;
  const links = Object.entries(contents).filter(([id]) => id !== "faults" || isFaulty);
  return pageOf({
    title: `${detail.month}, run ${detail.run}: ${statusWord(detail.status)} · ${place.dataset.name}`,
    crumbs,
    colophon: (
      <p>
        Written by {place.console} from the ledger of the dataset {place.dataset.name}.
      </p>
    ),
    children: (
      <>
        <RunHeading evidence={evidence} place={place} />
        <nav className="contents" aria-label="On this page">
          <ul>
            {links.map(([id, title]) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
        <Faults detail={detail} place={place} />
        <Changes evidence={evidence} />
        <Expectations evidence={evidence} place={place} />
        <Drift evidence={evidence} place={place} />
        <Seals detail={detail} />
        <Files detail={detail} />
      </>
    ),
  });
}
