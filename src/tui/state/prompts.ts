import { key } from "../drawing/keys-in-words.ts";
import { here, type Overlay, type Ui } from "../model/model.ts";
import type { Reaction } from "./binding.ts";
import { commandsFor } from "./commands.ts";
import { copyText } from "./copying.ts";
import { livePlace, open, say, stay, withList } from "./stack.ts";

/** Everything about what lies over a screen: filters, commands, questions and the word that they want, the help. */

type OverlayOf<Kind extends Overlay["kind"]> = Extract<Overlay, { kind: Kind }>;

function inOverlay<Kind extends Overlay["kind"]>(kind: Kind, act: (ui: Ui, overlay: OverlayOf<Kind>) => Reaction) {
  return (ui: Ui): Reaction => {
    const { overlay } = ui;
    return overlay?.kind === kind ? act(ui, overlay as OverlayOf<Kind>) : stay(ui);
  };
}

const over = (ui: Ui, overlay: Overlay | null) => stay({ ...ui, overlay });

export const typeCommand = (ui: Ui) => over(ui, { kind: "command", text: "", choice: 0 });
export const typeFilter = (ui: Ui) => over(ui, { kind: "filter", before: here(ui).list.filter });
export const close = (ui: Ui) => over(ui, null);

export const dropFilter = inOverlay("filter", (ui, { before }) => close(withList(ui, { filter: before })));

/** By so many lines, and so many pages. */
export const scrollHelp = (lines: number, pages = 0) =>
  inOverlay("help", (ui, overlay) => {
    const { page, last } = ui.shown;
    const by = pages === 0 ? lines : pages * page;
    return over(ui, { ...overlay, top: Math.max(0, Math.min(last, Math.min(last, overlay.top) + by)) });
  });
export const filterHelp = inOverlay("help", (ui, overlay) => over(ui, { ...overlay, typing: !overlay.typing }));

export const sayYes = inOverlay("confirm", (ui, { question: { typed, place, effect } }) => {
  if (typed !== undefined && typed.text !== typed.wanted) return `Type ${typed.wanted} first.`;
  const closed = { ...ui, overlay: null };
  return stay(place === undefined ? closed : open(closed, place), effect);
});

/** The command that is shown: to copy confirms nothing. */
export const copyCommand = inOverlay("confirm", (ui, { question: { command } }) =>
  command === undefined
    ? `There is no command to copy: ${key("enter")} says yes, ${key("esc")} no.`
    : copyText(ui, command, "the command"),
);

export const hasNoCommand = ({ overlay }: Ui) => overlay?.kind !== "confirm" || overlay.question.command === undefined;

/** A run that would change something. */
export function canBeTried({ overlay }: Ui): boolean {
  const effect = overlay?.kind === "confirm" ? overlay.question.effect : null;
  return effect?.do === "run" && !effect.request.dry_run;
}

export const dryRunFirst = inOverlay("confirm", (ui, { question: { effect } }) => {
  if (effect.do !== "run" || !canBeTried(ui)) return "There is nothing to try out.";
  return stay(open(ui, livePlace), { do: "run", request: { ...effect.request, dry_run: true } });
});

export const runCommand = inOverlay("command", (ui, { text, choice }) => {
  const outcome = commandsFor(ui, text)[choice]?.act({ ...ui, overlay: null }) ?? `There is no command "${text}".`;
  return typeof outcome === "string" ? stay(say(ui, outcome, "warn")) : outcome;
});

export const complete = inOverlay("command", (ui, { kind, text, choice }) =>
  over(ui, { kind, text: commandsFor(ui, text)[choice]?.line ?? text, choice: 0 }),
);

export const moveChoice = (by: number) =>
  inOverlay("command", (ui, overlay) => {
    const last = commandsFor(ui, overlay.text).length - 1;
    return over(ui, { ...overlay, choice: Math.max(0, Math.min(last, overlay.choice + by)) });
  });

/** The text that is being typed, where any is. */
export function typedText(ui: Ui): string | null {
  const { overlay } = ui;
  if (overlay === null) return null;
  if (overlay.kind === "filter") return here(ui).list.filter;
  if (overlay.kind === "command") return overlay.text;
  if (overlay.kind === "help") return overlay.typing ? overlay.filter : null;
  return overlay.question.typed?.text ?? null;
}

/** The state with another text typed. */
export function withTyped(ui: Ui, text: string): Ui {
  const { overlay } = ui;
  if (overlay === null) return ui;
  if (overlay.kind === "filter") return withList(ui, { filter: text, selected: null });
  if (overlay.kind === "command") return { ...ui, overlay: { ...overlay, text, choice: 0 } };
  if (overlay.kind === "help") return { ...ui, overlay: { ...overlay, filter: text, top: 0 } };
  const { question } = overlay;
  if (question.typed === undefined) return ui;
  return { ...ui, overlay: { ...overlay, question: { ...question, typed: { ...question.typed, text } } } };
}
