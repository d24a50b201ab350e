// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import React from "react";
import { type Fault, type FaultGroup, faultCodes, isMendedHere } from "../../core/faults.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import { Section } from "../document/parts.tsx";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";

/** Places of all groups together: the reject file has the rest. */
const mostPlaces = 1_000;

interface Group {
  group: FaultGroup;
  places: readonly Fault[];
}

/** What is wrong with a drop, by reason, with the places of each. */
export function Faults({ detail, place }: { detail: RunDetail; place: Place }) {
  const { failure, faults } = detail;
  if (failure === null || failure.fault_count === 0) return null;
  const groups = groupsOf(failure.fault_groups, faults);
  return (
    <Section id="faults" title="Faults of the drop">
      <p>
        {formatCounted(failure.fault_count, "fault")} of {formatCounted(groups.length, "kind")}.
        {failure.reject_file !== null && ` Line by line they are in ${shown(failure.reject_file)}.`}
      </p>
      {groups.map(({ group, places }) => (
        <article className="card bad-edge" key={`${group.file} ${group.code} ${group.column} ${group.reason}`}>
          <h3>
            {shown(group.file)}
            {group.column !== undefined && `, ${shown(group.column)}`}: {faultCodes[group.code].means}
          </h3>
          <p>
            {formatCounted(group.count, "fault")}.{" "}
            {isMendedHere(group.code) ? "What to do here: " : "What the sender should do: "}
            {faultCodes[group.code].remedy}.
          </p>
          {places.length > 0 && (
            <DataTable caption={captionOf(group, places)} columns={columnsFor(place)} rows={places} />
          )}
        </article>
      ))}
    </Section>
  );
}

/** The places that were kept go to their groups, as many as a page may have. */
function groupsOf(groups: readonly FaultGroup[], faults: readonly Fault[]): Group[] {
  const key = ({ file, code, column }: Pick<Fault, "file" | "code" | "column">) =>
    JSON.stringify([file, code, column ?? null]);
  const byGroup = Map.groupBy(faults, key);
  const each = Math.max(3, Math.floor(mostPlaces / Math.max(1, groups.length)));
  return groups.map((group) => {
    const { file, code, column, reason, first } = group;
    const base = { file, code, ...(column !== undefined && { column }), reason };
    const kept = byGroup.get(key(group)) ?? first.map((one) => ({ ...base, ...one }));
    return { group, places: kept.slice(0, each) };
  });
}

function captionOf({ count }: FaultGroup, { length }: readonly Fault[]): string {
  return length < count ? `The first ${formatCount(length)} of ${formatCount(count)}` : `All ${formatCount(count)}`;
}

function columnsFor({ values }: Place): Column<Fault>[] {
  return [
    { title: "File", cell: ({ file }) => shown(file) },
    {
      title: "Line",
      look: "figure",
      cell: ({ line }) => (line === undefined ? "–" : formatCount(line)),
      sort: ({ line }) => line ?? "",
    },
    { title: "Column", cell: ({ column }) => shown(column ?? "–") },
    ...(values
      ? [
          {
            title: "Value",
            look: "code",
            cell: ({ value }: Fault) => (value === undefined ? "–" : shown(value)),
          } as const,
        ]
      : []),
    { title: "Reason", look: "wide", cell: ({ reason, code }) => shown(values ? reason : faultCodes[code].means) },
  ];
}
