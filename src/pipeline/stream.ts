import type { EventBody, RunEvent } from "../core/events.ts";

/** Where the stages report what happens. */
export type Emit = (body: EventBody) => void;

export interface EventStream {
  emit: Emit;
  /** The ledger's number for the run from here on; null between runs. */
  setRun(run: number | null): void;
}

const progressIntervalMs = 100;

/**
 * Number and date the events of one request. Progress comes at most ten times a second a table and stage,
 * but for the last of it: a file with faults that was read to its end has no other event to say so.
 */
export function eventStream(write: (event: RunEvent) => void): EventStream {
  let run: number | null = null;
  let seq = 0;
  const lastProgress = new Map<string, number>();
  return {
    setRun(number) {
      run = number;
      lastProgress.clear();
    },
    emit(body) {
      if (body.event === "table.progress") {
        const cell = `${body.stage} ${body.table}`;
        const now = performance.now();
        const last = lastProgress.get(cell);
        const isLast = body.done === body.total;
        if (!isLast && last !== undefined && now - last < progressIntervalMs) return;
        lastProgress.set(cell, now);
      }
      write({ ...body, run, seq: seq++, at: new Date().toISOString() });
    },
  };
}
