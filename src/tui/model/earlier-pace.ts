import { fold, type RunState } from "../../client/state.ts";
import { workOf } from "../../client/work.ts";
import type { EventBody, RunEvent } from "../../core/messages/events.ts";
import { type MonthEntry, type RunEntry, secondsOf } from "../../core/messages/listings.ts";
import { allOf } from "../../core/messages/verdicts.ts";
import { remember } from "../tools/remember.ts";
import type { Ui } from "./model.ts";

/** Seconds that published runs took for each second of their work, the mean; null before the first. */
export const earlierPace = remember(
  ({ months, live }: Ui) => [months, live?.current?.logs_all],
  (months, logsAll) => {
    const paces = (months ?? []).flatMap((entry) => {
      const run = entry.last_run;
      const seconds = run?.status === "published" ? secondsOf(run) : null;
      return run === null || seconds === null || seconds <= 0 || run.tables.length === 0
        ? []
        : [seconds / workOfRun(entry, run, logsAll)];
    });
    return paces.length === 0 ? null : paces.reduce((sum, pace) => sum + pace, 0) / paces.length;
  },
);

/** What it had to do, from what it says it did, on a server such as this. */
function workOfRun(entry: MonthEntry, run: RunEntry, logsAll = true): number {
  const expectations = Math.ceil(allOf(run.expectations) / run.tables.length);
  const head = { run: run.run, seq: 0, at: run.started_at };
  const tables = run.tables.map(({ table, rows, inserted, unchanged }) => ({
    table,
    file: "",
    bytes: entry.files.find((file) => file.table === table)?.bytes ?? 0,
    expectations,
    snapshot: true,
    live: inserted === rows ? 0 : rows,
    again: unchanged === rows,
  }));
  const { month, as_of, mode } = run;
  const told: EventBody[] = [
    { event: "run.started", month, as_of, mode, logs_all: logsAll, tables },
    ...run.tables.map((counts): EventBody => ({ event: "table.finished", stage: "ingest", ...counts })),
    ...run.tables.map((counts): EventBody => ({ event: "table.finished", stage: "upsert", ...counts })),
  ];
  const state = told.map((body) => ({ ...head, ...body }) as RunEvent).reduce<RunState | null>(fold, null);
  if (state === null) return 0;
  const { ingest, upsert, validate, snapshot, end } = workOf(state);
  return [...ingest, ...upsert, ...validate, ...snapshot].reduce((sum, { cost }) => sum + cost, end);
}
