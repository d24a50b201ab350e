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
      {saying.map((suite) => (
        <article key={suite.table} className="card">
          <h3>
            {shown(suite.table)}: what the suite {shown(suite.name)} says of itself
          </h3>
          {notesOf(suite).map((note) => (
            <p key={note} className="said">
              {shown(note)}
            </p>
          ))}
          <Facts facts={factsOf(suite)} />
        </article>
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
