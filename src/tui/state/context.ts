import type { Context } from "./binding.ts";
import { here, type Size, type Ui } from "./model.ts";

/** The least that the screens can be drawn on. */
export const smallest: Size = { columns: 60, rows: 15 };

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}

export function contextOf(ui: Ui): Context {
  if (isTooSmall(ui.size)) return "small";
  const { overlay } = ui;
  if (overlay === null) return here(ui).screen;
  if (overlay.kind === "confirm") return overlay.question.typed === null ? "confirm" : "typed";
  return overlay.kind === "help" && overlay.typing ? "helpFilter" : overlay.kind;
}
