// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
/** @jsxFrag React.Fragment */
import React from "react";
import type { Profile, TableProfile } from "../../core/messages/profiles.ts";
import { Frequencies } from "../charts/frequencies.tsx";
import { HistogramLegend, Histograms } from "../charts/histogram.tsx";
import { percent } from "../charts/values.ts";
import { Badge } from "../document/parts.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import type { RunEvidence } from "../gather/run.ts";

/** Charts that a page may have, those of drifted columns first: it is to be sent by mail. */
const mostCharts = 60;

interface Pair {
  table: string;
  snapshot: string | null;
  now: Profile;
  before: Profile | null;
}

/** The columns of a run's drop, each laid over what it was before, as far as that is known. */
export function Distributions({ evidence, place }: { evidence: RunEvidence; place: Place }) {
  const { profiles, moves, detail } = evidence;
  const found = "missing" in moves ? [] : moves.columns.filter(({ drifts }) => drifts.length > 0);
  const drifted = new Set(found.map(({ table, column }) => JSON.stringify([table, column])));
  const hasDrifted = ({ snapshot, now }: Pair) => drifted.has(JSON.stringify([snapshot, now.column]));
  const all = pairsOf(profiles.now, profiles.before).toSorted((a, b) => Number(hasDrifted(b)) - Number(hasDrifted(a)));
  if (all.length === 0) return <p className="dim">No column of this run was profiled, so none can be drawn.</p>;
  const [before] = profiles.before;
  const names = { now: detail.as_of, before: before?.as_of ?? "" };
  return (
    <>
      {before !== undefined && <HistogramLegend names={names} />}
      <div className="grid">
        {all.slice(0, mostCharts).map((pair) => (
          <Distribution
            key={`${pair.table} ${pair.now.column}`}
            pair={pair}
            names={names}
            place={place}
            hasDrifted={hasDrifted(pair)}
          />
        ))}
      </div>
      {all.length > mostCharts && <p className="dim">{all.length - mostCharts} more columns are not drawn.</p>}
    </>
  );
}

function pairsOf(now: readonly TableProfile[], before: readonly TableProfile[]): Pair[] {
  return now.flatMap(({ table, snapshot, columns }) => {
    const earlier = before.find((one) => one.table === table)?.columns ?? [];
    return (columns ?? [])
      .filter((profile) => profile.histogram !== null || profile.frequent.length > 0)
      .map((profile) => ({
        ...{ table, snapshot, now: profile },
        before: earlier.find(({ column, kind }) => column === profile.column && kind === profile.kind) ?? null,
      }));
  });
}

interface Props {
  pair: Pair;
  names: { now: string; before: string };
  place: Place;
  hasDrifted: boolean;
}

function Distribution({ pair: { table, now, before }, names, place, hasDrifted }: Props) {
  const title = `${table}, ${now.column}`;
  const pair = { title, now, before, names, values: place.values };
  return (
    <div>
      <Histograms {...pair} />
      {now.histogram === null && <Frequencies {...pair} />}
      <p className="dim">
        {hasDrifted && (
          <>
            <Badge tone="warn">drifted</Badge>{" "}
          </>
        )}
        {shown(missingInWords(now, before))}
      </p>
    </div>
  );
}

function missingInWords(now: Profile, before: Profile | null): string {
  const share = ({ rows, nulls }: Profile) => (rows === 0 ? 0 : nulls / rows);
  const was = before === null ? "" : `, before ${percent(share(before))}`;
  return `${percent(share(now))} missing${was}`;
}
