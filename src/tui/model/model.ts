import type { PipelineExit } from "../../client/pipeline.ts";
import type { RunState } from "../../client/state.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { Comparison, MonthEntry, ObservedSeries, RunDetail, RunEntry } from "../../core/messages/listings.ts";
import type { TableProfile } from "../../core/messages/profiles.ts";
import type { ReportRequest } from "../../core/messages/report.ts";
import type { Replies, Request, RequestKind, RequestOf, RunRequest } from "../../core/messages/requests.ts";
import type { SealCheck, SnapshotEntry, UnsealedEntry } from "../../core/messages/seals.ts";
import type { SuiteFit } from "../../core/messages/suites.ts";
import type { UnexpectedValues } from "../../core/messages/unexpected.ts";
import type { Row, Span } from "../drawing/spans.ts";
import type { Look } from "../drawing/theme.ts";
import type {
  Choices,
  Finding,
  FindingsRequest,
  KnownValues,
  OwnWishes,
  Told,
  TypedLine,
  TypedRequest,
} from "./known.ts";

export interface Size {
  columns: number;
  rows: number;
}

/** Where in a list the user is: the item under the cursor by its name, so that it stays while the list changes. */
export interface ListPlace {
  selected: string | null;
  filter: string;
}

/** A screen as it was left; the stack of these is the way back. `run: null` is the run that is going on. */
export type Place =
  | { screen: "months"; list: ListPlace }
  | { screen: "run"; run: number | null; list: ListPlace; wideLog: boolean }
  | { screen: "validation"; run: number | null; list: ListPlace; failuresOnly: boolean }
  | { screen: "verdict"; run: number; position: number; list: ListPlace }
  | { screen: "trend"; run: number; position: number; list: ListPlace }
  | { screen: "snapshots"; list: ListPlace; marked: string[] }
  | { screen: "columns"; as_of: string; table: string | null; list: ListPlace }
  | { screen: "column"; table: string; column: string; at: ColumnAt; list: ListPlace }
  | { screen: "compare"; from: string; to: string; list: ListPlace }
  | { screen: "runs"; list: ListPlace; status: string | null }
  | { screen: "suites"; list: ListPlace }
  | { screen: "answer"; line: string; list: ListPlace }
  | { screen: "findings"; request: FindingsRequest; list: ListPlace };
/** Under which date a column was come upon, held against which other one, or in which run. */
interface ColumnAt {
  as_of: string;
  against: string | null;
  run: number | null;
}

export type ScreenName = Place["screen"];
export type PlaceOf<Name extends ScreenName> = Extract<Place, { screen: Name }>;

/** Something that wants the keys before the screen does. */
export type Overlay =
  | { kind: "help"; filter: string; typing: boolean; top: number }
  | { kind: "filter"; before: string }
  | { kind: "command"; text: string; choice: number }
  | { kind: "confirm"; question: Question };

/** A question before something is changed. With `typed`, that word must be written out first. */
export interface Question {
  title: string;
  body: Row[];
  /** What does the same without the screen. */
  command?: string;
  yes: string;
  effect: Effect;
  typed?: { wanted: string; text: string };
  /** Where a yes leads. */
  place?: Place;
}

/**
 * `until`: when it goes by itself, in milliseconds since 1970; null when it waits for a key. `against`: the key that does nothing
 * for this reason, and no longer than that.
 */
interface Notice extends Span {
  until: number | null;
  against?: string;
}

export interface LogLine extends Span {
  at: string;
}

/** The run, or runs, that this console asked for last. */
export interface Live {
  request: RunRequest;
  current: RunState | null;
  past: RunState[];
  log: LogLine[];
  /** Null while it goes on. */
  outcome: { exit_code: number } | Trouble | null;
  cancelling: boolean;
  /** Whether the months were read since it was over. */
  isListed: boolean;
}

type Link = { state: "connecting" } | { state: "ready" } | { state: "dead"; exit: PipelineExit };

export interface Trouble {
  title: string;
  hint: string;
}

/** Everything the screen is drawn from. */
export interface Ui {
  size: Size;
  look: Look;
  /** What the terminal itself can do, whatever was chosen. */
  terminal: Look;
  choices: Choices;
  own: OwnWishes;
  /** Milliseconds since 1970 at the newest message. */
  now: number;
  /** Shown in the header and in the commands to copy. */
  data: string;
  /** What to add to a headless command so that it means the same database and folders. */
  flags: string;
  link: Link;
  server: string | null;
  months: MonthEntry[] | null;
  runs: RunEntry[] | null;
  snapshots: SnapshotEntry[] | null;
  /** Rows of snapshots that no run took, and the dates under which they stand. */
  unsealed: readonly UnsealedEntry[];
  unsealed_dates: readonly string[];
  details: Readonly<Record<number, RunDetail>>;
  history: Readonly<Record<number, ObservedSeries[]>>;
  /** The same of all months that there are. */
  trends: Readonly<Record<number, ObservedSeries[]>>;
  samples: Readonly<Record<string, UnexpectedValues>>;
  values: Readonly<Record<string, KnownValues>>;
  /** By the request as JSON. */
  profiles: Readonly<Record<string, readonly TableProfile[]>>;
  /** By the request as JSON. */
  findings: Readonly<Record<string, readonly Finding[]>>;
  /** What the command line can, and what lines that were typed came to. */
  lines: readonly TypedLine[];
  told: Readonly<Record<string, Told>>;
  /** By table and as_of; see `sealName`. */
  seals: Readonly<Record<string, SealCheck>>;
  comparison: Comparison | null;
  suites: SuiteFit[] | null;
  /** Kinds of request under way. */
  waiting: readonly RequestKind[];
  /** Why requests were refused, by the request as JSON: they are not asked again by themselves. */
  refusals: Readonly<Record<string, Trouble>>;
  live: Live | null;
  stack: readonly [Place, ...Place[]];
  overlay: Overlay | null;
  notice: Notice | null;
  /** Lines that the screen moves by a page, and how far its text can be scrolled: as it was at the last such key. */
  shown: { page: number; last: number };
}

/** All but a run is answered at once. */
export type Ask = Exclude<Request, RunRequest>;

/** What the reducer wants done: the only way in which the state reaches out. */
export type Effect =
  | { do: "ask"; request: Ask }
  | { do: "run"; request: RunRequest }
  | { do: "copy"; text: string }
  | { do: "edit"; path: string; line: number | null }
  | { do: "report"; request: ReportRequest }
  | { do: "understand"; line: string }
  | { do: "tell"; line: string; request: Ask }
  | { do: "remember"; choices: Choices }
  | { do: "mouse"; isOn: boolean }
  | { do: "announce"; text: string }
  | { do: "restart" }
  | { do: "suspend" }
  | { do: "quit"; code: number };

export type Step = [Ui, Effect[]];

export type Reply = { [Kind in Ask["kind"]]: { request: RequestOf<Kind>; result: Replies[Kind] } }[Ask["kind"]];

/** Everything that can happen to the console. */
export type Message =
  | { type: "key"; key: string }
  | { type: "paste"; text: string }
  /** Came at once, and was not said to be pasted. */
  | { type: "piece"; text: string }
  | { type: "resize"; size: Size }
  /** Whether the terminal's background is light, which it tells late or never. */
  | { type: "background"; isLight: boolean }
  | { type: "mouse"; button: number; column: number; row: number }
  | { type: "tick" }
  | { type: "reply"; reply: Reply }
  | { type: "refused"; request: Request; title: string; hint: string }
  | { type: "event"; event: RunEvent }
  | { type: "ended"; exit_code: number }
  /** What became of a report, in words. */
  | { type: "typed"; line: string; request: TypedRequest }
  | { type: "told"; line: string; told: Told; request: Ask }
  | { type: "reported"; text: string; tone: "good" | "bad" }
  /** What the pipeline waits for. */
  | { type: "notice"; text: string }
  | { type: "died"; exit: PipelineExit }
  | { type: "restarted" };

export const emptyList: ListPlace = { selected: null, filter: "" };

export function here(ui: Ui): Place {
  return ui.stack.at(-1) ?? ui.stack[0];
}

export function isRunning(ui: Ui): boolean {
  return ui.live !== null && ui.live.outcome === null;
}

/** Why that was refused; null when it was not. */
export function refusalOf(ui: Ui, request: Request): Trouble | null {
  return ui.refusals[JSON.stringify(request)] ?? null;
}

export function sampleName(run: number, position: number): string {
  return `${run}/${position}`;
}

export function sealName(seal: { table: string; as_of: string }): string {
  return `${seal.table}@${seal.as_of}`;
}
