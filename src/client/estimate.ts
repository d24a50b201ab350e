import { formatDuration } from "../core/format.ts";
import type { RunState } from "./state.ts";
import { type Shared, type Step, type Work, workOf } from "./work.ts";

/** How long a run still takes: null while nothing tells, `finishing` when no more is known than that it is about to end. */
export type TimeLeft = { seconds: number } | "finishing" | null;

/**
 * What is known of the pace beforehand counts less and less until this share of the work is done, and then not at all; what
 * the ingest tells of the work after it counts as so much of that.
 */
const guessed = { byNobody: 0.03, byEarlierRuns: 0.1, byIngest: 0.43 };

/** What was waited for so long in the last stage goes on for such a part of that at least. */
const goesOn = 0.3;

/**
 * The time left so many seconds after the newest event: work that is left, at the pace at which the rest was done.
 * `earlierPace` is that of earlier runs, as seconds for each second of `workOf`; null where there were none.
 */
export function timeLeft(state: RunState, since: number, earlierPace: number | null = null): TimeLeft {
  if (state.end !== null || state.tables.length === 0) return null;
  if (state.seconds.snapshot !== undefined) return "finishing";
  const { left, least } = leftAtEvent(state, earlierPace);
  const waited = Math.max(0, since);
  // What is waited for takes as long as it takes; what comes after it is still to be done.
  const seconds = Math.max(left - waited, state.stage === "snapshot" ? goesOn * waited : least);
  return seconds > 0 ? { seconds } : "finishing";
}

/** Seconds left at the newest event, and at the least after what is being waited for. */
function leftAtEvent(state: RunState, earlierPace: number | null): { left: number; least: number } {
  const { stage, compared_at } = state;
  const work = workOf(state);
  const { ingesting, after } = pacesOf(state, work, earlierPace);
  const own = leftOf(work.ingest) * ingesting + leftOf([...work.upsert, ...work.validate]) * after;
  const last = (leftOf(work.snapshot) + work.end) * after;
  const others = leftBeside(state, work, ingesting);
  const current = stage === null || compared_at === null ? undefined : work[stage].find(({ done }) => done < 1);
  const waitedFor = current === undefined ? 0 : leftOf([current]) * after;
  const ownLeft = (seconds: number) => undisturbed(seconds, others);
  // Until all is compared, two work on what is shared; then one does, while the other goes on by itself.
  const comparing = leftOf(ofKind(work.shared, "compared")) * after;
  const rest = others - 2 * comparing;
  // In the last stage, two do again, where more than one snapshot is still to be made.
  const isMany = ofKind(work.shared, "made").length - madeOf(state, work.shared) > 1;
  const together = isMany && rest > own ? (own + rest) / 2 : rest;
  return {
    left: comparing + Math.max(ownLeft(own + last), together + last),
    least: ownLeft(Math.max(0, own - waitedFor) + last),
  };
}

/** Seconds that a second of a connection's own work takes: while files are read, and after that. */
function pacesOf(state: RunState, work: Work, earlier: number | null): { ingesting: number; after: number } {
  const { entered, started_at, latest_at } = state;
  const rest = [...work.upsert, ...work.validate, ...work.snapshot];
  const enough = earlier === null ? guessed.byNobody : guessed.byEarlierRuns;
  const weight = Math.max(0, enough * (sumOf(work.ingest) + sumOf(rest) + work.end) - doneOf(work.ingest));
  const read = secondsBetween(started_at, entered.upsert ?? latest_at);
  const ingesting = paceOf(read, work.ingest, weight, earlier ?? 1);
  const written = Math.max(0, secondsSince(state, entered.upsert ?? null) - secondsHelped(state, work));
  return { ingesting, after: paceOf(written, rest, guessed.byIngest * sumOf(rest), ingesting) };
}

/** What the work that is done tells, beside another pace that counts as so much of it. */
function paceOf(seconds: number, steps: readonly Step[], weight: number, other: number): number {
  const done = doneOf(steps) + weight;
  return done > 0 ? (seconds + weight * other) / done : other;
}

/** While tables are compared, a run's own connection works on what is shared. */
function secondsHelped({ entered, compared_at, latest_at }: RunState, { shared }: Work): number {
  if (entered.upsert === undefined || ofKind(shared, "compared").length === 0) return 0;
  return secondsBetween(entered.upsert, compared_at ?? latest_at);
}

/** What is shared is done as fast as files were read, or as far as events tell. */
function leftBeside(state: RunState, work: Work, pace: number): number {
  const { shared } = work;
  const spent = secondsSince(state, state.staged_at) + secondsHelped(state, work);
  const { least, most } = doneBeside(state, shared);
  const done = Math.min(most, Math.max(least, spent / pace));
  return (sumOf(shared) - done) * (spent > 0 && done > 0 ? spent / done : pace);
}

/** All before a snapshot that is made is done, and of what comes after the next one only what is compared. */
function doneBeside(state: RunState, shared: readonly Shared[]): { least: number; most: number } {
  const made = ofKind(shared, "made");
  // In the last stage two make them: the later of two may be made first.
  const untold = made.filter(({ done }) => done < 1);
  const count = madeOf(state, shared);
  const next = count - (made.length - untold.length);
  const isMade = (index: number) => shared.slice(index).find(({ is }) => is === "made")?.done === 1;
  const doneUntil = (step: Shared | undefined) => {
    const last = step === undefined ? -1 : shared.indexOf(step);
    return sumOf(shared.filter(({ done }, index) => done === 1 || index <= last || isMade(index)));
  };
  const isTold = (state.ready !== null || state.stage === "snapshot") && count < made.length;
  return { least: doneUntil(untold[next - 1]), most: isTold ? doneUntil(untold[next]) : sumOf(shared) };
}

/** Snapshots that are told to be made. */
function madeOf({ ready }: RunState, shared: readonly Shared[]): number {
  return Math.max(ready ?? 0, ofKind(shared, "made").filter(({ done }) => done === 1).length);
}

const ofKind = (shared: readonly Shared[], kind: Shared["is"]) => shared.filter(({ is }) => is === kind);

/** So much longer a connection takes for its work while another works beside it. */
const disturbance = 1.35;

/** Seconds for work that would take so many while another connection works, where that is through earlier. */
function undisturbed(seconds: number, others: number): number {
  return seconds <= others ? seconds : others + (seconds - others) / disturbance;
}

const sumOf = (steps: readonly Step[]) => steps.reduce((sum, { cost }) => sum + cost, 0);
const doneOf = (steps: readonly Step[]) => steps.reduce((sum, { cost, done }) => sum + cost * done, 0);
const leftOf = (steps: readonly Step[]) => sumOf(steps) - doneOf(steps);

function secondsSince({ latest_at }: RunState, moment: string | null): number {
  return moment === null ? 0 : secondsBetween(moment, latest_at);
}

function secondsBetween(earlier: string, later: string): number {
  const seconds = (Date.parse(later) - Date.parse(earlier)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/** For the screen; no figure is told that would not be true in a moment. */
export function timeLeftInWords(left: TimeLeft): string {
  if (left === null) return "";
  if (left === "finishing") return left;
  return left.seconds < 1 ? "eta <1 s" : `eta ${formatDuration(left.seconds)}`;
}
