import { cursorIn, namesShown } from "../model/lists.ts";
import { type Effect, here, type ListPlace, type Notice, type Place, type Step, type Ui } from "../model/model.ts";

/** Small changes of the state that most actions are made of. */

export function stay(ui: Ui, ...effects: Effect[]): Step {
  return [ui, effects];
}

export function withHere(ui: Ui, place: Place): Ui {
  const [home, ...rest] = ui.stack;
  if (rest.length === 0) return { ...ui, stack: [place] };
  return { ...ui, stack: [home, ...rest.slice(0, -1), place] };
}

export function withList(ui: Ui, change: Partial<ListPlace>): Ui {
  const place = here(ui);
  return withHere(ui, { ...place, list: { ...place.list, ...change } });
}

/** Go deeper. A screen that is open already is gone back to instead, so that the way back never loops. */
export function open(ui: Ui, place: Place): Ui {
  const known = ui.stack.findIndex((other) => samePlace(other, place));
  const [home, ...rest] = ui.stack;
  if (known === 0) return { ...ui, stack: [home], overlay: null };
  if (known > 0) return { ...ui, stack: [home, ...rest.slice(0, known)], overlay: null };
  return { ...ui, stack: [home, ...rest, place], overlay: null };
}

function samePlace(one: Place, other: Place): boolean {
  if (one.screen !== other.screen) return false;
  if ("run" in one && "run" in other && one.run !== other.run) return false;
  if (one.screen === "verdict" && other.screen === "verdict") return one.position === other.position;
  if (one.screen === "compare" && other.screen === "compare") return one.from === other.from && one.to === other.to;
  return true;
}

export function back(ui: Ui): Ui {
  const [home, ...rest] = ui.stack;
  return { ...ui, stack: [home, ...rest.slice(0, -1)] };
}

export function say(ui: Ui, text: string, tone: Notice["tone"] = "plain"): Ui {
  return { ...ui, notice: { text, tone } };
}

/** Lines that a list has on the screen, about: what a page is. */
export function pageOf(ui: Ui): number {
  return Math.max(1, ui.size.rows - 6);
}

/** The cursor moved by so many lines, staying within the list. */
export function moveBy(ui: Ui, lines: number): Ui {
  const names = namesShown(ui);
  const cursor = cursorIn(names, here(ui));
  if (cursor < 0) return ui;
  const to = Math.min(names.length - 1, Math.max(0, cursor + lines));
  return moveTo(ui, names, to);
}

export function moveToEnd(ui: Ui, end: "first" | "last"): Ui {
  const names = namesShown(ui);
  return moveTo(ui, names, end === "first" ? 0 : names.length - 1);
}

function moveTo(ui: Ui, names: readonly string[], to: number): Ui {
  const selected = names[to] ?? null;
  return selected === here(ui).list.selected ? ui : withList(ui, { selected });
}
