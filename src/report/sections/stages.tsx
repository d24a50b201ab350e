// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import React from "react";
import { fromTo, lackInWords, type MonthLine, monthLines, namesOf } from "../../client/month-lines.ts";
import { spaced, statusWord } from "../../client/words.ts";
import { type Stage, stages } from "../../core/messages/events.ts";
import type { MonthEntry, MonthState, RunEntry } from "../../core/messages/listings.ts";
import { allOf } from "../../core/messages/verdicts.ts";
import { isLacking } from "../../core/month.ts";
import { Badge, type Tone } from "../document/parts.tsx";
import { monthPath, runPath } from "../document/paths.ts";
import { type Column, DataTable } from "../document/table.tsx";
import { shown } from "../document/text.ts";
import type { SiteEvidence } from "../gather/site.ts";

export const stateTones: Record<MonthState, Tone> = {
  new: "idle",
  ok: "good",
  changed: "warn",
  dropped: "warn",
  failed: "bad",
  crashed: "bad",
  running: "warn",
  incomplete: "warn",
  broken: "bad",
  adopted: "good",
  unsealed: "warn",
  out_of_order: "warn",
  stamp_taken: "warn",
  gone: "idle",
  due: "warn",
  missing: "warn",
};

/** What a stage of a month came to. */
interface Cell {
  tone: Tone;
  text: string;
}

const nothing: Cell = { tone: "idle", text: "–" };

/** Month by month, how far each came. */
export function StageGrid({ site }: { site: SiteEvidence }) {
  const columns: Column<MonthLine>[] = [
    {
      title: "Month",
      heads: true,
      // Of what is not there, there is no page.
      cell: (line) =>
        isLacking(line) ? shown(namesOf(line)) : <a href={monthPath(line.month)}>{shown(line.month)}</a>,
    },
    { title: "As of", look: "whole", cell: (line) => fromTo(({ as_of }) => as_of, line) },
    { title: "State", cell: (line) => <Badge tone={stateTones[line.state]}>{stateInWords(line)}</Badge> },
    ...stages.map(
      (stage): Column<MonthLine> => ({
        title: stage,
        cell: (entry) => <StageCell cell={cellOf(stage, entry, site.stopped)} />,
        sort: (entry) => cellOf(stage, entry, site.stopped).text,
      }),
    ),
    {
      title: "Last run",
      look: "whole",
      cell: ({ last_run }) => (last_run === null ? "–" : <a href={runPath(last_run.run)}>run {last_run.run}</a>),
      sort: ({ last_run }) => last_run?.run ?? "",
    },
  ];
  return (
    <DataTable
      caption="Months, the newest first, and what each stage came to"
      columns={columns}
      rows={monthLines(site.months.toReversed())}
    />
  );
}

/** "ok", "12 months due since 2024-06-03". */
export function stateInWords(line: MonthLine): string {
  return isLacking(line) ? lackInWords(line) : spaced(line.state);
}

function StageCell({ cell: { tone, text } }: { cell: Cell }) {
  return text === "–" ? <span className="dim">–</span> : <Badge tone={tone}>{text}</Badge>;
}

function cellOf(stage: Stage, { last_run: run, state }: MonthEntry, stopped: SiteEvidence["stopped"]): Cell {
  if (run === null || run.status === "dry_run") return nothing;
  if (run.status === "running") return { tone: "warn", text: "running" };
  return run.status === "published"
    ? publishedCell(stage, run, state)
    : stoppedCell(stage, run, stopped.get(run.run) ?? null);
}

/** Of published months whose snapshots are not as they were sealed, or not sealed any more. */
const unsealed = new Set<MonthState>(["dropped", "broken", "unsealed"]);

function publishedCell(stage: Stage, run: RunEntry, state: MonthState): Cell {
  const done: Cell = { tone: "good", text: "done" };
  if (stage === "validate") return judgedCell(run);
  if (stage === "snapshot")
    return unsealed.has(state) ? { tone: stateTones[state], text: spaced(state) } : { tone: "good", text: "sealed" };
  if (run.mode === "adopt" || (run.mode === "backfill" && stage === "upsert")) return nothing;
  return done;
}

function judgedCell({ expectations }: RunEntry): Cell {
  const all = allOf(expectations);
  if (all === 0) return nothing;
  const isWell = expectations.passed === all;
  const tone = isWell ? "good" : expectations.failed + expectations.unevaluated > 0 ? "bad" : "warn";
  return { tone, text: `${expectations.passed}/${all}` };
}

function stoppedCell(stage: Stage, run: RunEntry, at: string | null): Cell {
  const place = (stages as readonly (string | null)[]).indexOf(at);
  const own = stages.indexOf(stage);
  if (place < 0 || own > place) return nothing;
  if (stage === "validate") return judgedCell(run);
  return own < place ? { tone: "idle", text: "done" } : { tone: "bad", text: statusWord(run.status) };
}
