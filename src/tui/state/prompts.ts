import { here, type Overlay, type Step, type Ui } from "../model/model.ts";
import { type Command, commandsFor } from "./commands.ts";
import { livePlace } from "./questions.ts";
import { open, say, stay, withList } from "./stack.ts";

/** Everything about text that is typed into the console: filters, commands, the word of a question. */

type OverlayOf<Kind extends Overlay["kind"]> = Extract<Overlay, { kind: Kind }>;

function inOverlay<Kind extends Overlay["kind"]>(kind: Kind, action: (ui: Ui, overlay: OverlayOf<Kind>) => Step) {
  return (ui: Ui): Step => {
    const { overlay } = ui;
    return overlay?.kind === kind ? action(ui, overlay as OverlayOf<Kind>) : stay(ui);
  };
}

const close = (ui: Ui): Step => stay({ ...ui, overlay: null });

function chosen(ui: Ui, overlay: OverlayOf<"command">): Command | undefined {
  return commandsFor(ui, overlay.text)[overlay.choice];
}

function moveChoice(by: number) {
  return inOverlay("command", (ui, overlay) => {
    const last = commandsFor(ui, overlay.text).length - 1;
    const choice = Math.max(0, Math.min(last, overlay.choice + by));
    return stay({ ...ui, overlay: { ...overlay, choice } });
  });
}

function scrollHelp(by: number) {
  return inOverlay("help", (ui, overlay) =>
    stay({ ...ui, overlay: { ...overlay, top: Math.max(0, overlay.top + by) } }),
  );
}

export const promptActions = {
  help: (ui: Ui): Step => stay({ ...ui, overlay: { kind: "help", filter: "", typing: false, top: 0 } }),
  command: (ui: Ui): Step => stay({ ...ui, overlay: { kind: "command", text: "", choice: 0 } }),
  filter: (ui: Ui): Step => stay({ ...ui, overlay: { kind: "filter", before: here(ui).list.filter } }),
  acceptFilter: close,
  dropFilter: inOverlay("filter", (ui, { before }) => close(withList(ui, { filter: before }))),
  close,
  helpUp: scrollHelp(-1),
  helpDown: scrollHelp(1),
  filterHelp: inOverlay("help", (ui, overlay) => stay({ ...ui, overlay: { ...overlay, typing: !overlay.typing } })),
  yes: inOverlay("confirm", (ui, { question }) => {
    const closed = { ...ui, overlay: null };
    return stay(question.place === null ? closed : open(closed, question.place), ...question.effects);
  }),
  no: close,
  dryRunFirst: inOverlay("confirm", (ui, { question }) => {
    const [effect] = question.effects;
    if (effect?.do !== "run") return stay(ui);
    const request = { ...effect.request, dry_run: true };
    return stay(open({ ...ui, overlay: null }, livePlace), { do: "run", request });
  }),
  runCommand: inOverlay("command", (ui, overlay) => {
    const command = chosen(ui, overlay);
    if (command === undefined) return stay(say(ui, `There is no command "${overlay.text}".`, "warn"));
    return command.disabled === null ? command.step({ ...ui, overlay: null }) : stay(say(ui, command.disabled, "warn"));
  }),
  complete: inOverlay("command", (ui, overlay) => {
    const text = chosen(ui, overlay)?.line ?? overlay.text;
    return stay({ ...ui, overlay: { ...overlay, text, choice: 0 } });
  }),
  previousChoice: moveChoice(-1),
  nextChoice: moveChoice(1),
} satisfies Record<string, (ui: Ui) => Step>;

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
  if (question.typed === null) return ui;
  return { ...ui, overlay: { ...overlay, question: { ...question, typed: { ...question.typed, text } } } };
}
