import { endOfLongRun } from "./device/announce.ts";
import { key } from "./drawing/keys-in-words.ts";
import type { Look } from "./drawing/theme.ts";
import { type Effect, isRunning, type Message, type Step, type Ui } from "./model/model.ts";
import { bindingsOf } from "./screens/bindings.ts";
import { hitOn, measure } from "./screens/frame.ts";
import { type Binding, contextOf } from "./state/binding.ts";
import { onDied, onEnded, onEvent, onRefusal, onReply, onStart } from "./state/happenings.ts";
import { onMouse } from "./state/mouse.ts";
import { askAgain, askForNeeds } from "./state/needs.ts";
import { typedText, withTyped } from "./state/prompts.ts";
import { say, sayAgainst, stay, withoutOldHint } from "./state/stack.ts";
import { onTold, onTyped } from "./typed/on-typed.ts";

/** The whole console as one pure function: the state after a message, and what it wants done. `now` in milliseconds. */
export function update(ui: Ui, message: Message, now: number): Step {
  const [next, effects] = react({ ...ui, now }, message);
  const begun = effects.reduce(begin, withoutOldReason(next));
  const needs = askForNeeds(begun);
  return [needs.reduce(begin, begun), [...effects, ...needs]];
}

function begin(ui: Ui, effect: Effect): Ui {
  if (effect.do === "run") return onStart(ui, effect.request);
  if (effect.do !== "ask" || ui.waiting.includes(effect.request.kind)) return ui;
  return { ...ui, waiting: [...ui.waiting, effect.request.kind] };
}

function react(ui: Ui, message: Message): Step {
  switch (message.type) {
    case "key":
      return press({ ...ui, notice: null }, message.key);
    case "paste":
      return paste(ui, message.text);
    case "piece":
      return piece(ui, message.text);
    case "resize":
      return stay({ ...ui, size: message.size });
    case "background": {
      const terminal: Look = { ...ui.terminal, theme: message.isLight ? "light" : "dark" };
      const theme = ui.choices.theme ?? terminal.theme;
      return stay(theme === ui.look.theme ? { ...ui, terminal } : { ...ui, terminal, look: { ...ui.look, theme } });
    }
    case "mouse":
      return onMouse(ui, message, hitOn(ui, message));
    case "tick":
      return askAgain(withoutOldHint(ui));
    case "reply": {
      const next = onReply(ui, message.reply);
      // Where a month stands is another thing once snapshots were adopted or dropped.
      return ["adopt", "retire"].includes(message.reply.request.kind) ? askAgain(next) : stay(next);
    }
    case "refused":
      return stay(onRefusal(ui, message));
    case "event":
      return stay(onEvent(ui, message.event));
    case "ended":
      return withAnnouncement(ui, askAgain(onEnded(ui, { exit_code: message.exit_code })));
    case "typed":
      return onTyped(ui, message.line, message.request);
    case "told":
      return onTold(ui, message);
    case "reported":
      return stay(say(ui, message.text, message.tone));
    case "notice":
      return stay(say(ui, message.text, "warn"));
    case "died":
      return stay(onDied(ui, message.exit));
    case "restarted":
      return stay({ ...ui, link: { state: "connecting" }, waiting: [], refusals: {} });
  }
}

/** The end of a run that took a while is told to whoever looks elsewhere. */
function withAnnouncement(before: Ui, [ui, effects]: Step): Step {
  const text = isRunning(before) ? endOfLongRun(ui) : null;
  return [ui, text === null ? effects : [...effects, { do: "announce", text }]];
}

function press(ui: Ui, pressed: string): Step {
  const binding = bindingOf(ui, pressed);
  if (binding !== undefined) {
    const outcome = binding.act(binding.measured === true ? { ...ui, shown: measure(ui) } : ui);
    return typeof outcome === "string" ? stay(sayAgainst(ui, pressed, outcome)) : outcome;
  }
  const text = typedText(ui);
  return stay(text === null ? ui : withTyped(ui, edited(text, pressed)));
}

function bindingOf(ui: Ui, pressed: string): Binding | undefined {
  return bindingsOf(contextOf(ui), ui.own.keys).find(({ keys }) => keys.includes(pressed));
}

/** Why a key does nothing stands as long as that is so: a run may be over by then, or an answer there. */
function withoutOldReason(ui: Ui): Ui {
  const { notice } = ui;
  if (notice?.against === undefined) return ui;
  const outcome = bindingOf(ui, notice.against)?.act(ui);
  const isSo = typeof outcome === "string" && sayAgainst(ui, notice.against, outcome).notice?.text === notice.text;
  return isSo ? ui : { ...ui, notice: null };
}

function edited(text: string, typed: string): string {
  if (typed === "backspace" || typed === "delete") return [...text].slice(0, -1).join("");
  if (typed === "ctrl+u") return "";
  if (typed === "ctrl+w") return text.replace(/\S+\s*$/, "");
  if (typed === "space") return `${text} `;
  return [...typed].length === 1 ? text + typed : text;
}

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** A line end, and nothing else that is no text. */
const typedLine = /^([^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*)[\r\n]$/u;

/**
 * Much text at once from a terminal that says what is pasted, and did not say so: a slow line, or a program that types. A line for
 * the command line is one with its Enter; of anything else nobody knows.
 */
function piece(ui: Ui, text: string): Step {
  const [, line] = typedLine.exec(text) ?? [];
  const kind = ui.overlay?.kind;
  const isAnswer = kind === "command" || kind === "filter";
  if (line === undefined || !(isAnswer || (ui.overlay === null && line.startsWith(":")))) return paste(ui, text);
  const [open, before] = isAnswer ? [ui, []] : press({ ...ui, notice: null }, ":");
  if (open.overlay === null) return paste(ui, text);
  const typed = withTyped(open, `${typedText(open) ?? ""}${isAnswer ? line : line.slice(1)}`);
  const [next, effects] = press({ ...typed, notice: null }, "enter");
  return [next, [...before, ...effects]];
}

/** Pasted text is text: where none is being typed it does nothing, and a line end in it presses no key. */
function paste(ui: Ui, pasted: string): Step {
  const text = typedText(ui);
  if (text !== null) return stay(withTyped(ui, text + pasted.replace(unprintable, " ").trim()));
  return stay(say(ui, `Pasted text is ignored here: ${key("/")} or ${key(":")} take text.`, "warn"));
}
