import { dirname } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { formatDuration } from "../../core/format.ts";
import { type MonthName, monthIndex } from "../../core/month.ts";
import { namesIn } from "../../csv/drop/names.ts";
import { dropsOnDisk, type MonthOnDisk } from "../drop/months.ts";
import { isPending, readPast } from "../drop/past.ts";
import type { Session } from "../session/session.ts";
import { stopIfCancelled, unlessCancelled } from "../stages/cancel.ts";

/** Milliseconds between two looks, and for how long no file of a drop may have changed. */
const usualPace = { look: 2_000, settled: 10_000 };

/** How a drop's files were at a look, and since when they are so. */
interface Seen {
  facts: string;
  since: number;
}

/**
 * Wait until a drop that is to be published is there, all of it: each file, and the marker that the manifest asks for; without
 * one, until none of the files has changed for a while. Resolves to the months of which that is so, up to the first of which it
 * is not; throws when there was none within `seconds`.
 */
export async function awaitDrop(
  session: Session,
  seconds: number,
  tell: (text: string) => void,
  signal: AbortSignal,
  pace = usualPace,
): Promise<MonthName[]> {
  const until = performance.now() + seconds * 1000;
  const seen = new Map<MonthName, Seen>();
  let unread: ConsoleError | null = null;
  for (let isFirst = true; ; isFirst = false) {
    stopIfCancelled(signal);
    const looked = await look(session, seen, pace.settled).catch((thrown: unknown) => {
      // What could be read once may be again: a wait of hours outlives a store that is away for a minute.
      if (isFirst || !(thrown instanceof ConsoleError) || thrown.code !== "io_error") throw thrown;
      if (unread === null) tell(`${thrown.title} It is looked for again until the time is over.`);
      return thrown;
    });
    const left = until - performance.now();
    if (looked instanceof ConsoleError) {
      if (left <= 0) throw looked;
      unread = looked;
    } else {
      unread = null;
      if (looked.whole.length > 0) return looked.whole;
      const { why } = looked;
      if (isFirst) tell(`Waiting up to ${formatDuration(seconds)} for a drop in ${session.settings.data}.${why}`);
      if (left <= 0) throw notThere(session, seconds, why);
    }
    await unlessCancelled(signal, Bun.sleep(Math.min(pace.look, left)));
  }
}

/** The months that are whole, up to the first that is not, and how those stand that are not published. */
async function look(session: Session, seen: Map<MonthName, Seen>, settled: number) {
  const past = await readPast(session.sql, session);
  const drops = (await dropsOnDisk(session, true)).filter(({ month }) => isPending(month, past));
  const pending = drops.toSorted((one, other) => (monthIndex(one.month) ?? 0) - (monthIndex(other.month) ?? 0));
  const lacks = await Promise.all(pending.map((drop) => lackOf(session, drop, seen, settled)));
  // Once a later one is published, one that still comes in would be refused.
  const lacking = lacks.findIndex((lack) => lack !== null);
  const whole = (lacking === -1 ? pending : pending.slice(0, lacking)).map(({ month }) => month);
  return { whole, why: pending.map(({ month }, index) => ` ${month}: ${lacks[index] ?? "all there"}.`).join("") };
}

/** What keeps a drop from being whole; null when nothing does. */
async function lackOf({ dataset }: Session, drop: MonthOnDisk, seen: Map<MonthName, Seen>, settled: number) {
  const { month, files, listedAt } = drop;
  const missing = files.filter(({ present }) => !present).map(({ table }) => table);
  if (missing.length > 0) return `without ${missing.join(", ")}`;
  if (dataset.marker !== undefined) {
    const folders = [...new Set(files.map(({ path }) => dirname(path)))];
    const names = (await Promise.all(folders.map(namesIn))).flat();
    return names.includes(dataset.marker) ? null : `without ${dataset.marker}`;
  }
  const facts = JSON.stringify(files.map(({ bytes, modified_ms, identity }) => [bytes, modified_ms, identity]));
  const before = seen.get(month);
  const since = before?.facts === facts ? before.since : listedAt;
  seen.set(month, { facts, since });
  return listedAt - since >= settled ? null : "may still be written";
}

function notThere({ settings }: Session, seconds: number, why: string): ConsoleError {
  return new ConsoleError("drop_missing", `No drop was there within ${formatDuration(seconds)}.${why}`, {
    hint: `Nothing was changed. Ask the sender for it: it is looked for in ${settings.data}.`,
  });
}
