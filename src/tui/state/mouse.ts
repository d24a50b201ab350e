import { here, type Step, type Ui } from "../model/model.ts";
import { listChoice } from "../model/sorting.ts";
import { turnSort, withChoice } from "./sort.ts";
import { moveBy, stay } from "./stack.ts";

/** A line of the list, by how far it is from the one under the cursor, or a heading that it can be sorted by. */
export type Hit = { line: number } | { title: string };

const wheel: Record<number, number> = { 64: -3, 65: 3 };

/** The wheel moves the cursor; a press goes to a line, or sorts by a heading and then turns the order round. */
export function onMouse(ui: Ui, { button }: { button: number }, hit: Hit | null): Step {
  const lines = wheel[button];
  if (lines !== undefined) return wheeled(ui, lines);
  if (button !== 0 || hit === null) return stay(ui);
  if ("line" in hit) return stay(moveBy(ui, hit.line));
  const isAgain = listChoice(ui, here(ui).screen).by === hit.title;
  const outcome = isAgain ? turnSort(ui) : withChoice(ui, { by: hit.title, down: false });
  return typeof outcome === "string" ? stay(ui) : outcome;
}

function wheeled(ui: Ui, lines: number): Step {
  const { overlay } = ui;
  if (overlay === null) return stay(moveBy(ui, lines));
  if (overlay.kind !== "help") return stay(ui);
  return stay({ ...ui, overlay: { ...overlay, top: Math.max(0, overlay.top + lines) } });
}
