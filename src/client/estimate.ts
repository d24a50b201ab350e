import { formatDuration } from "../core/format.ts";
import type { Stage } from "../core/messages/events.ts";
import type { RunState } from "./state.ts";
import { type Step, type Work, workOf } from "./work.ts";

/** How long a run still takes: null while nothing tells, `finishing` when no more is known than that it is about to end. */
export type TimeLeft = { seconds: number } | "finishing" | null;

/**
 * What is known of the pace beforehand counts less and less until this share of the work is done, and then not at all; what
 * other stages tell of one counts as so much of it, and what the ingest tells of what goes on beside as so much of that.
 */
const guessed = { byNobody: 0.03, byEarlierRuns: 0.1, byOtherStages: 0.6, byIngest: 0.6 };

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
  const { whole, here, ingesting } = pacesOf(state, work, earlierPace);
  const of = (name: Stage) => leftOf(work[name]) * (name === stage ? here : whole);
  const own = of("ingest") + of("upsert") + of("validate");
  const others = leftBeside(state, work, ingesting);
  const last = of("snapshot") + work.end * whole;
  const current = stage === null || compared_at === null ? undefined : work[stage].find(({ done }) => done < 1);
  const waitedFor = current === undefined ? 0 : leftOf([current]) * here;
  const ownLeft = (seconds: number) => (work.shared.compare.length > 0 ? undisturbed(seconds, others) : seconds);
  // Until all is compared, two work on what is shared; then one does, while the other goes on by itself.
  const comparing = compared_at === null ? leftOf(work.shared.compare) * whole : 0;
  const rest = others - 2 * comparing;
  // In the last stage, two do again, where more than one snapshot is still to be made.
  const isMany = work.shared.prepare.length - (state.ready ?? work.shared.prepare.length) > 1;
  const together = isMany && rest > own ? (own + rest) / 2 : rest;
  return {
    left: comparing + Math.max(ownLeft(own + last), together + last),
    least: ownLeft(Math.max(0, own - waitedFor) + last),
  };
}

/** Seconds that a second of work takes. */
interface Paces {
  /** In the run so far, without what it waited for. */
  whole: number;
  /** In its stage: that counts the more, the more of it is done. */
  here: number;
  /** While files were read: what goes on beside does so at that pace, whatever is written meanwhile. */
  ingesting: number;
}

function pacesOf(state: RunState, work: Work, earlier: number | null): Paces {
  const { stage, entered, started_at, latest_at } = state;
  const steps = [...work.ingest, ...work.upsert, ...work.validate, ...work.snapshot];
  const enough = (earlier === null ? guessed.byNobody : guessed.byEarlierRuns) * (sumOf(steps) + work.end);
  const guess = (of: readonly Step[]) => Math.max(0, enough - doneOf(of));
  const pace = (seconds: number, of: readonly Step[], weight: number, other: number) =>
    (Math.max(0, seconds) + weight * other) / (doneOf(of) + weight);
  const helped = secondsHelped(state, work);
  const whole = pace(secondsSince(state, started_at) - helped, steps, guess(steps), earlier ?? 1);
  const read = secondsBetween(started_at, entered.upsert ?? latest_at);
  const ingesting = pace(read, work.ingest, guess(work.ingest), earlier ?? 1);
  // What is waited for in the last stage is not its own work.
  const waits = stage === "snapshot" && work.shared.compare.length > 0;
  const weight = stage === null || waits ? 0 : guessed.byOtherStages * sumOf(work[stage]);
  if (stage === null || weight === 0) return { whole, here: whole, ingesting };
  const seconds = secondsSince(state, entered[stage] ?? null) - (stage === "upsert" ? helped : 0);
  return { whole, here: pace(seconds, work[stage], weight, whole), ingesting };
}

/** While tables are compared, a run's own connection works on what is shared. */
function secondsHelped({ entered, compared_at, latest_at }: RunState, { shared }: Work): number {
  if (entered.upsert === undefined || shared.compare.length === 0) return 0;
  return secondsBetween(entered.upsert, compared_at ?? latest_at);
}

/**
 * Of what is shared, events tell what is compared and how many snapshots are made; of each that is being made, half is
 * taken for done. Where they do not tell, the clock tells how much can be left.
 */
function leftBeside(state: RunState, work: Work, pace: number): number {
  const { compare, prepare } = work.shared;
  const all = [...compare, ...prepare];
  const spent = secondsSince(state, state.staged_at) + secondsHelped(state, work);
  if (state.ready === null || prepare.length === 0) {
    const byClock = Math.max(leftOf(compare) * pace, sumOf(all) * pace - spent);
    return Math.max(0, Math.min(byClock, leftOf(all) * pace));
  }
  const ready = Math.max(state.ready, prepare.filter(({ done }) => done === 1).length);
  const underWay = Math.min(state.compared_at === null ? 1 : 0.5, prepare.length - ready);
  const done = doneOf(compare) + ((ready + underWay) / prepare.length) * sumOf(prepare);
  const weight = guessed.byIngest * sumOf(all);
  return ((sumOf(all) - done) * (spent + weight * pace)) / (done + weight);
}

/** So much longer a connection takes for its work while another works beside it. */
const disturbance = 1.23;

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
