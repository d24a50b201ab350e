import { redact } from "../../core/secrets/secrets.ts";
import { span, type Tone } from "../drawing/spans.ts";
import type { Choices, FindingsRequest } from "../model/known.ts";
import { cursorOf, namesShown } from "../model/lists.ts";
import {
  type Effect,
  emptyList,
  here,
  type ListPlace,
  type Place,
  type PlaceOf,
  type Question,
  type Step,
  type Ui,
} from "../model/model.ts";

/** Small changes of the state that most actions are made of. */

export function stay(ui: Ui, ...effects: Effect[]): Step {
  return [ui, effects];
}

export function withHere(ui: Ui, place: Place): Ui {
  const [home, ...rest] = ui.stack;
  return { ...ui, stack: rest.length === 0 ? [place] : [home, ...rest.slice(0, -1), place] };
}

export function withList(ui: Ui, change: Partial<ListPlace>): Ui {
  const place = here(ui);
  return withHere(ui, { ...place, list: { ...place.list, ...change } });
}

/** Go deeper. A screen that is open already is gone back to instead, so that the way back never loops. */
export function open(ui: Ui, place: Place): Ui {
  const known = ui.stack.findIndex((other) => samePlace(other, place));
  const [home, ...rest] = ui.stack;
  return { ...ui, stack: known < 0 ? [home, ...rest, place] : [home, ...rest.slice(0, known)], overlay: null };
}

const whatIsShown = [
  ...["screen", "run", "position", "from", "to", "request", "kind", "selection", "months", "every", "0"],
  ...["line", "as_of", "table", "column", "at", "against"],
];

function samePlace(one: Place, other: Place): boolean {
  return JSON.stringify(one, whatIsShown) === JSON.stringify(other, whatIsShown);
}

/** Stands until the next key. */
export function say(ui: Ui, text: string, tone?: Tone): Ui {
  return { ...ui, notice: { ...span(redact(text), tone), until: null } };
}

/** Why that key does nothing now. */
export function sayAgainst(ui: Ui, pressed: string, why: string): Ui {
  return { ...ui, notice: { ...span(redact(why), "warn"), until: null, against: pressed } };
}

const hintShown = 4_000;

/** What is true for a moment only, and stands no longer. */
export function hint(ui: Ui, text: string, tone?: Tone): Ui {
  return { ...ui, notice: { ...span(redact(text), tone), until: ui.now + hintShown } };
}

export function withoutOldHint(ui: Ui): Ui {
  const until = ui.notice?.until ?? null;
  return until !== null && ui.now >= until ? { ...ui, notice: null } : ui;
}

/** A choice that holds from now on, in later sessions, too. */
export function choose(ui: Ui, choice: Choices): Step {
  const choices = { ...ui.choices, ...choice };
  return stay({ ...ui, choices }, { do: "remember", choices });
}

export function askFirst(ui: Ui, question: Question): Step {
  return stay({ ...ui, overlay: { kind: "confirm", question } });
}

/** The cursor moved by so many lines, staying within the list. */
export function moveBy(ui: Ui, lines: number): Ui {
  const names = namesShown(ui);
  const selected = names[Math.max(0, Math.min(names.length - 1, cursorOf(ui) + lines))];
  return selected === undefined || selected === here(ui).list.selected ? ui : withList(ui, { selected });
}

export const openMonths = (ui: Ui) => stay({ ...ui, stack: [ui.stack[0]] });
export const openRuns = (ui: Ui) => stay(open(ui, { screen: "runs", list: emptyList, status: null }));
export const openSnapshots = (ui: Ui) => stay(open(ui, { screen: "snapshots", list: emptyList, marked: [] }));
export const openSuites = (ui: Ui) => stay(open(ui, { screen: "suites", list: emptyList }));
export const openFindings = (ui: Ui, request: FindingsRequest) =>
  stay(open({ ...ui, findings: {} }, { screen: "findings", request, list: emptyList }));
export const openHelp = (ui: Ui) => stay({ ...ui, overlay: { kind: "help", filter: "", typing: false, top: 0 } });

/** This console's own run when it is the one, so that its bars show. */
export function showRun(ui: Ui, run: number): Step {
  return stay(open(ui, ui.live?.current?.run === run ? livePlace : { ...livePlace, run }));
}

export const livePlace: PlaceOf<"run"> = { screen: "run", run: null, list: emptyList, wideLog: false };
