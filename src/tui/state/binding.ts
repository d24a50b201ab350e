import { key, withKeysInForce } from "../drawing/keys-in-words.ts";
import { here, isRunning, type PlaceOf, type ScreenName, type Size, type Step, type Ui } from "../model/model.ts";

/** Where keys work besides the screens, as the user is told. */
const besidesScreens = {
  help: "help",
  helpFilter: "filter of the help",
  filter: "filter",
  command: "command line",
  confirm: "question",
  typed: "question that wants a word typed",
  small: "terminal that is too small",
};

/** Where keys are looked up: the overlay that wants them first, else the screen; `small` when nothing fits. */
export type Context = ScreenName | keyof typeof besidesScreens;

export function isScreen(context: Context): context is ScreenName {
  return !(context in besidesScreens);
}

export function contextInWords(context: Context): string {
  return isScreen(context) ? context : besidesScreens[context];
}

/** What is done, or in words for the user why nothing is done now. */
export type Reaction = Step | string;

export interface Binding {
  keys: string[];
  /** Word in the footer. */
  label: string | ((ui: Ui) => string);
  /** Sentence in the help. */
  help: string;
  on: readonly Context[];
  /** Left out of the footer, which has little room; the help shows every key. */
  quiet?: boolean | ((ui: Ui) => boolean);
  /** Goes by how much is on the screen: see `Ui.shown`. */
  measured?: true;
  act(ui: Ui): Reaction;
}

/** Bindings of the same contexts. */
export function keysOn(on: readonly Context[], ...bindings: Omit<Binding, "on">[]): Binding[] {
  return bindings.map((binding) => ({ ...binding, on }));
}

export function quietKeysOn(...given: Parameters<typeof keysOn>): Binding[] {
  return keysOn(...given).map((binding) => ({ ...binding, quiet: true }));
}

/** What is done on one screen alone. */
export function at<Name extends ScreenName>(screen: Name, act: (ui: Ui, place: PlaceOf<Name>) => Reaction) {
  return (ui: Ui): Reaction => {
    const place = here(ui);
    return place.screen === screen ? act(ui, place as PlaceOf<Name>) : [ui, []];
  };
}

/** Why no run may be started now; null when one may. */
export function whileRunning(ui: Ui): string | null {
  return isRunning(ui) ? "A run is going on: one at a time." : null;
}

/** What wants a pipeline that is not busy with a run. */
export function whenFree(act: (ui: Ui) => Reaction) {
  return (ui: Ui): Reaction =>
    ui.link.state === "dead"
      ? `The pipeline is gone: ${key("ctrl+r")} starts it again.`
      : (whileRunning(ui) ?? act(ui));
}

export const unread = `That was not read yet: ${key("ctrl+r")} asks again.`;

/** Why there is nothing under the cursor. */
export function nothingHere(ui: Ui): string {
  const { screen } = here(ui);
  const isListing = screen === "months" || screen === "runs" || screen === "snapshots";
  if (isListing && ui[screen] === null) return unread;
  if (here(ui).list.filter !== "") return `Nothing fits the filter: ${key("esc")} clears it.`;
  if (screen === "snapshots" && ui.snapshots?.length === 0) return "No snapshot was taken yet.";
  return screen === "months" ? "There is no month here." : "There is nothing here to choose.";
}

/** Why a binding, or a command, does nothing now; null when it does. */
export function reasonAgainst({ act }: Pick<Binding, "act">, ui: Ui): string | null {
  const outcome = act(ui);
  return typeof outcome === "string" ? withKeysInForce(outcome, ui.own.keys) : null;
}

/** The binding's word in the footer, as things stand. */
export function labelOf({ label }: Binding, ui: Ui): string {
  return typeof label === "string" ? label : label(ui);
}

/** Whether the footer leaves it out as things stand. */
export function isQuiet({ quiet = false }: Binding, ui: Ui): boolean {
  return typeof quiet === "boolean" ? quiet : quiet(ui);
}

/** The least that the screens can be drawn on. */
export const smallest: Size = { columns: 60, rows: 15 };

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}

export function contextOf(ui: Ui): Context {
  if (isTooSmall(ui.size)) return "small";
  const { overlay } = ui;
  if (overlay === null) return here(ui).screen;
  if (overlay.kind === "confirm") return overlay.question.typed === undefined ? "confirm" : "typed";
  return overlay.kind === "help" && overlay.typing ? "helpFilter" : overlay.kind;
}
