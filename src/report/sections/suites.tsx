// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import type { KeptSuite } from "../../core/messages/verdicts.ts";
import { Facts } from "../document/parts.tsx";
import { shown } from "../document/text.ts";

/** What the suites said of themselves, as the run evaluated them; nothing of those that say nothing. */
export function Suites({ suites }: { suites: readonly KeptSuite[] }) {
  const saying = suites.filter((suite) => notesOf(suite).length + factsOf(suite).length > 0);
  if (saying.length === 0) return null;
  return (
    <>
      <h3>What the suites say</h3>
      {saying.map((suite) => (
        <div key={suite.table}>
          <p>
            {shown(suite.table)}: suite <strong>{shown(suite.name)}</strong>
          </p>
          {notesOf(suite).map((note) => (
            <p key={note} className="said">
              {shown(note)}
            </p>
          ))}
          <Facts facts={factsOf(suite)} />
        </div>
      ))}
    </>
  );
}

function notesOf({ notes }: KeptSuite): string[] {
  const all: unknown[] = Array.isArray(notes) ? notes : [notes];
  return all.flatMap((note) => (note === null || note === "" ? [] : [inWords(note)]));
}

/** Which release wrote the file says nothing of the data. */
function factsOf({ meta }: KeptSuite): (readonly [string, string])[] {
  if (typeof meta !== "object" || meta === null) return meta === null ? [] : [["meta", inWords(meta)]];
  return Object.entries(meta)
    .filter(([name]) => name !== "great_expectations_version")
    .map(([name, value]) => [shown(name), inWords(value)] as const);
}

function inWords(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
