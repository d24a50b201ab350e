import { formatDuration } from "../core/format.ts";
import type { Stage } from "../core/messages/events.ts";
import type { RunState } from "./state.ts";
import { type Step, type Work, workOf } from "./work.ts";

/** How long a run still takes: null while nothing tells, `finishing` when no more is known than that it is about to end. */
export type TimeLeft = { seconds: number } | "finishing" | null;

/** So much of the work, as a share of all of it, a guess of the pace beforehand weighs as. */
const weightOfGuess = { ofNobody: 0.03, ofEarlierRuns: 0.1, ofOtherStages: 0.3 };

/**
 * The time left so many seconds after the newest event: work that is left, at the pace at which the rest was done.
 * `earlierPace` is that of earlier runs, as seconds for each second of `workOf`; null where there were none.
 */
export function timeLeft(state: RunState, since: number, earlierPace: number | null = null): TimeLeft {
  if (state.end !== null || state.tables.length === 0) return null;
  if (state.seconds.snapshot !== undefined) return "finishing";
  const { left, least } = leftAtEvent(state, earlierPace);
  // What is waited for takes as long as it takes; what comes after it is still to be done.
  const seconds = Math.max(left - Math.max(0, since), state.stage === "snapshot" ? 0 : least);
  return seconds > 0 ? { seconds } : "finishing";
}

/** Seconds left at the newest event, and at the least after what is being waited for. */
function leftAtEvent(state: RunState, earlierPace: number | null): { left: number; least: number } {
  const { stage, compared_at } = state;
  const work = workOf(state);
  const { whole, here } = pacesOf(state, work, earlierPace);
  const of = (name: Stage) => leftOf(work[name]) * (name === stage ? here : whole);
  const own = of("ingest") + of("upsert") + of("validate");
  const others = leftBeside(state, work, whole);
  const last = of("snapshot") + work.end * whole;
  const current = stage === null || compared_at === null ? undefined : work[stage].find(({ done }) => done < 1);
  const waitedFor = current === undefined ? 0 : leftOf([current]) * here;
  const ownLeft = (seconds: number) => (work.shared.compare.length > 0 ? undisturbed(seconds, others) : seconds);
  // Until all is compared, two work on what is shared; then one does, while the other goes on by itself.
  const comparing = compared_at === null ? leftOf(work.shared.compare) * whole : 0;
  return {
    left: comparing + Math.max(ownLeft(own), others - 2 * comparing) + last,
    least: ownLeft(Math.max(0, own - waitedFor)) + last,
  };
}

/** Seconds that a second of work takes, in the whole run so far and in its stage: that counts the more, the more is done. */
function pacesOf(state: RunState, work: Work, earlier: number | null): { whole: number; here: number } {
  const { stage, entered, started_at } = state;
  const steps = [...work.ingest, ...work.upsert, ...work.validate, ...work.snapshot];
  const guess = (earlier === null ? weightOfGuess.ofNobody : weightOfGuess.ofEarlierRuns) * (sumOf(steps) + work.end);
  const helped = secondsHelped(state, work);
  const taken = Math.max(0, secondsSince(state, started_at) - helped);
  const whole = (taken + guess * (earlier ?? 1)) / (doneOf(steps) + guess);
  // What is waited for in the last stage is not its own work.
  const waits = stage === "snapshot" && work.shared.compare.length > 0;
  const of = stage === null || waits ? [] : work[stage];
  const guessHere = weightOfGuess.ofOtherStages * sumOf(of);
  if (stage === null || guessHere === 0) return { whole, here: whole };
  const takenHere = Math.max(0, secondsSince(state, entered[stage] ?? null) - (stage === "upsert" ? helped : 0));
  return { whole, here: (takenHere + guessHere * whole) / (doneOf(of) + guessHere) };
}

/** While tables are compared, a run's own connection works on what is shared. */
function secondsHelped({ entered, compared_at, latest_at }: RunState, { shared }: Work): number {
  if (entered.upsert === undefined || shared.compare.length === 0) return 0;
  return secondsBetween(entered.upsert, compared_at ?? latest_at);
}

/** The clock tells how much of what is shared can be left, and the events how much is at the least, and at the most. */
function leftBeside(state: RunState, work: Work, pace: number): number {
  const { compare, prepare } = work.shared;
  const all = [...compare, ...prepare];
  const spent = secondsSince(state, state.staged_at) + secondsHelped(state, work);
  const byClock = Math.max(leftOf(compare) * pace, sumOf(all) * pace - spent);
  return Math.max(0, Math.min(byClock, leftOf(all) * pace));
}

/** So much longer a connection takes for its work while another works beside it. */
const disturbance = 1.25;

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
