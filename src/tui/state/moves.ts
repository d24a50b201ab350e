import { cursorIn, namesShown } from "../select/lists.ts";
import { here, type Ui } from "./model.ts";
import { withList } from "./stack.ts";

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
