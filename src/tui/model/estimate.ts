import { type TimeLeft, timeLeft } from "../../client/estimate.ts";
import { formatDuration } from "../../core/format.ts";
import type { Stage } from "../../core/messages/events.ts";
import { type MonthEntry, type RunEntry, secondsOf } from "../../core/messages/listings.ts";
import { remember } from "../tools/remember.ts";
import { earlierPace } from "./earlier-pace.ts";
import type { Live, Ui } from "./model.ts";
import type { RunView } from "./run-view.ts";

/** Rows of each table of a month: counted when this drop was loaded, otherwise guessed from bytes and months before. */
export interface RowGuess {
  rows: number;
  exact: boolean;
}

export function guessRows(months: readonly MonthEntry[], entry: MonthEntry, table: string): RowGuess | null {
  const counted = rowsIn(entry, table);
  if (counted > 0 && entry.state === "ok") return { rows: counted, exact: true };
  const model = months.find((other) => other.state === "ok" && rowsIn(other, table) > 0);
  if (model === undefined || bytesIn(model, table) === 0 || bytesIn(entry, table) === 0) return null;
  const rows = (rowsIn(model, table) * bytesIn(entry, table)) / bytesIn(model, table);
  const step = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 2);
  return { rows: Math.round(rows / step) * step, exact: false };
}

function rowsIn(entry: MonthEntry, table: string): number {
  return entry.last_run?.tables.find((other) => other.table === table)?.rows ?? 0;
}

function bytesIn(entry: MonthEntry, table: string): number {
  return entry.files.find((file) => file.table === table)?.bytes ?? 0;
}

/** Rows of a whole month; null while nothing is known of one of its tables. */
export function monthRows(months: readonly MonthEntry[], entry: MonthEntry): RowGuess | null {
  const present = entry.files.filter((file) => file.present);
  return entry.files.length > 0 ? sumOf(present.map(({ table }) => guessRows(months, entry, table))) : null;
}

/** All of them together; null while one is not known. */
export function sumOf(guesses: readonly (RowGuess | null)[]): RowGuess | null {
  const known = guesses.filter((guess) => guess !== null);
  if (known.length < guesses.length) return null;
  return { rows: known.reduce((sum, { rows }) => sum + rows, 0), exact: known.every(({ exact }) => exact) };
}

export function monthBytes(entry: MonthEntry): number {
  return entry.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** How long it took; null while it goes on, and when nobody knows. */
export function tookInWords(run: RunEntry): string | null {
  const seconds = secondsOf(run);
  return seconds === null ? null : formatDuration(seconds);
}

/** Of published runs that had bytes, the mean; null before the first. */
const secondsPerByte = remember(
  ({ months }: Ui) => [months],
  (months) => {
    const rates = (months ?? []).flatMap((entry) => {
      const seconds = entry.last_run?.status === "published" ? secondsOf(entry.last_run) : null;
      const size = monthBytes(entry);
      return seconds !== null && size > 0 ? [seconds / size] : [];
    });
    return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  },
);

/** Seconds that a drop of so many bytes takes, as far as past runs tell. */
export function expectedSeconds(ui: Ui, bytes: number): number | null {
  const rate = secondsPerByte(ui);
  return rate === null ? null : rate * bytes;
}

/** How long the run on show still takes: by its own events, or, where another console runs it, by what past runs took. */
export function secondsLeft(ui: Ui, view: RunView): TimeLeft {
  const current = ui.live?.current ?? null;
  if (current !== null && current.run === view.run) {
    return timeLeft(current, (ui.now - Date.parse(current.latest_at)) / 1000, earlierPace(ui));
  }
  const bytes = view.tables.reduce((sum, table) => sum + table.bytes, 0);
  const past = expectedSeconds(ui, bytes);
  return past === null || past <= view.seconds ? null : { seconds: past - view.seconds };
}

/** Bytes read, or rows written, a second in the stage that goes on; of other stages nothing. */
export function rates({ current }: Live): { bytes: number | null; rows: number | null } {
  const stage = current?.stage ?? null;
  const begun = current === null || stage === null ? undefined : current.entered[stage];
  if (current === null || begun === undefined) return { bytes: null, rows: null };
  const seconds = (Date.parse(current.latest_at) - Date.parse(begun)) / 1000;
  const rate = (amount: number) => (amount > 0 && seconds > 0 ? amount / seconds : null);
  const amountIn = (of: Stage) =>
    current.tables.reduce((sum, { cells: { [of]: cell } }) => sum + cell.done - cell.first, 0);
  return {
    bytes: stage === "ingest" ? rate(amountIn("ingest")) : null,
    // Rows that stay as they are were compared, and nobody wrote them.
    rows: stage === "upsert" ? rate(amountIn("upsert")) : null,
  };
}
