import type { ScreenName, Ui } from "../model/model.ts";
import type { ActionName } from "./actions.ts";

/** Where keys are looked up: the overlay that wants them first, else the screen; `small` when nothing fits. */
export type Context = ScreenName | "help" | "helpFilter" | "filter" | "command" | "confirm" | "typed" | "small";

export interface Binding {
  keys: string[];
  action: ActionName;
  /** Word in the footer. */
  label: string | ((ui: Ui) => string);
  /** Sentence in the help. */
  help: string;
  on: readonly Context[];
  /** Left out of the footer, which has little room; the help shows every key. */
  quiet?: boolean;
  /** Why the key does nothing now; null when it does. */
  disabled?: (ui: Ui) => string | null;
}

/** Screens with lines to move in: all of them; and those that one can go back from. */
export const lists: readonly Context[] = ["months", "run", "validation", "verdict", "snapshots", "compare", "runs"];
export const inner: readonly Context[] = lists.filter((screen) => screen !== "months");
