import type { EventBody, RunEvent } from "../../src/core/messages/events.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";
import { seals, tables, usersIn, verdicts } from "./made-up.ts";

/** Streams of events as a run sends them, numbered and dated, of made-up months. */

export class Stream {
  readonly events: RunEvent[] = [];
  #at: number;
  #run: number | null;

  constructor(run: number | null, startedAt: string) {
    this.#run = run;
    this.#at = Date.parse(startedAt);
  }

  /** One event more, so many milliseconds after the one before. */
  add(body: EventBody, after = 10): this {
    this.#at += after;
    const head = { run: this.#run, seq: this.events.length, at: new Date(this.#at).toISOString() };
    this.events.push({ ...head, ...body } as RunEvent);
    return this;
  }
}

interface Story {
  run: number;
  index: number;
  mode?: "publish" | "dry_run";
  failing?: number[];
  warning?: number[];
  unevaluated?: number[];
}

/** A whole run of one month; with failing expectations it ends as rejected. */
export function wholeRun(story: Story): RunEvent[] {
  const { run, index, mode = "publish", failing = [], warning = [], unevaluated = [] } = story;
  const stream = new Stream(run, "2024-04-01T12:01:05.000Z");
  const rows = usersIn(index);
  begin(stream, index, mode);
  ingest(stream, rows);
  upsert(stream, rows);
  stream.add({ event: "stage.started", stage: "validate" });
  const judged = verdicts(failing, warning, unevaluated);
  for (const verdict of judged) stream.add({ event: "expectation.evaluated", ...verdict }, 4);
  for (const { table } of tables) stream.add({ event: "table.finished", stage: "validate", table, rows });
  if (failing.length + unevaluated.length > 0) return reject(stream, index, failing.length, unevaluated.length).events;
  stream.add({ event: "stage.finished", stage: "validate", seconds: 0.2 });
  if (warning.length > 0) {
    stream.add({
      event: "run.warned",
      title: "labels: churn moved to 36.1 %.",
      hint: "Compare it with the month before.",
    });
  }
  snapshot(stream, rows);
  return finish(stream, index, mode, rows, warning.length).events;
}

export function begin(stream: Stream, index: number, mode: "publish" | "dry_run"): void {
  stream.add({
    event: "run.started",
    month: monthName(index),
    as_of: asOfOf(index, "2024-01"),
    mode,
    tables: tables.map(({ table, bytesPerRow, expectations, snapshot }) => ({
      table,
      file: `data/seeds/${monthName(index)}/${table}.csv`,
      bytes: usersIn(index) * bytesPerRow,
      expectations,
      snapshot: snapshot !== null,
    })),
  });
}

export function ingest(stream: Stream, rows: number): void {
  stream.add({ event: "stage.started", stage: "ingest" });
  for (const { table, bytesPerRow } of tables) {
    const total = rows * bytesPerRow;
    for (const part of [0.4, 1]) {
      const done = Math.round(total * part);
      stream.add({ event: "table.progress", stage: "ingest", table, done, total, unit: "bytes" }, 30);
    }
    stream.add({ event: "table.finished", stage: "ingest", table, rows }, 5);
  }
  stream.add({ event: "stage.finished", stage: "ingest", seconds: 0.39 });
}

export function upsert(stream: Stream, rows: number): void {
  stream.add({ event: "stage.started", stage: "upsert" });
  for (const { table } of tables) {
    stream.add(
      { event: "table.progress", stage: "upsert", table, done: Math.round(rows * 0.6), total: rows, unit: "rows" },
      40,
    );
    const counts = { inserted: 117, updated: table === "users" ? 0 : 212, unchanged: rows - 329, absent: 40 };
    stream.add({ event: "table.finished", stage: "upsert", table, rows, ...counts }, 40);
  }
  stream.add({ event: "stage.finished", stage: "upsert", seconds: 0.48 });
}

function snapshot(stream: Stream, rows: number): void {
  stream.add({ event: "stage.started", stage: "snapshot" });
  for (const { table, snapshot: target } of tables) {
    if (target !== null) stream.add({ event: "table.finished", stage: "snapshot", table, rows }, 30);
  }
  stream.add({ event: "stage.finished", stage: "snapshot", seconds: 0.12 });
}

function reject(stream: Stream, index: number, failed: number, unevaluated: number): Stream {
  const also = unevaluated === 0 ? "" : `, ${unevaluated} could not be evaluated`;
  return stream.add({
    event: "run.failed",
    month: monthName(index),
    stage: "validate",
    code: "expectation_failed",
    title: `${monthName(index)} was rejected: ${failed} of 24 expectations failed${also}.`,
    hint: "Nothing was published. Mend the drop, then run the month again.",
  });
}

function finish(stream: Stream, index: number, mode: "publish" | "dry_run", rows: number, warned: number): Stream {
  return stream.add({
    event: "run.finished",
    status: mode === "dry_run" ? "dry_run" : "published",
    month: monthName(index),
    as_of: asOfOf(index, "2024-01"),
    mode,
    seconds: 1.43,
    tables: tables.map(({ table }) => ({
      table,
      rows,
      inserted: 117,
      updated: table === "users" ? 0 : 212,
      unchanged: rows - 329,
      absent: 40,
    })),
    expectations: { passed: 24 - warned, failed: 0, warned, unevaluated: 0 },
    snapshots: seals(index),
  });
}

/** A recorded stream of tests/fixtures/streams. */
export async function readStream(name: string): Promise<RunEvent[]> {
  const text = await Bun.file(new URL(`../fixtures/streams/${name}.ndjson`, import.meta.url)).text();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
}
