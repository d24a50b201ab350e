import type { Effect, Message, Reply, Step, Ui } from "../model/model.ts";
import { actions } from "./actions.ts";
import { bindingOf, contextOf, reasonAgainst } from "./bindings.ts";
import { onDied, onEnded, onEvent, onRefusal, onReply, onStart } from "./happenings.ts";
import { askAgain, askForNeeds } from "./needs.ts";
import { typedText, withTyped } from "./prompts.ts";
import { say, stay } from "./stack.ts";

/** The whole console as one pure function: the state after a message, and what it wants done. `now` in milliseconds. */
export function update(ui: Ui, message: Message, now: number): Step {
  const [next, effects] = react({ ...ui, now }, message);
  const started = effects.reduce(
    (state, effect) => (effect.do === "run" ? onStart(state, effect.request) : state),
    next,
  );
  const [asking, more] = askForNeeds(awaiting(started, effects));
  return [asking, [...effects, ...more]];
}

/** What was asked for by a key is awaited like what a screen asks for by itself. */
function awaiting(ui: Ui, effects: readonly Effect[]): Ui {
  const asked = effects.flatMap((effect) => (effect.do === "ask" ? effect.request.kind : []));
  const more = asked.filter((kind) => !ui.waiting.includes(kind));
  return more.length === 0 ? ui : { ...ui, waiting: [...ui.waiting, ...more] };
}

function react(ui: Ui, message: Message): Step {
  switch (message.type) {
    case "key":
      return press({ ...ui, notice: null }, message.key);
    case "paste":
      return paste(ui, message.text);
    case "resize":
      return stay({ ...ui, size: message.size });
    case "tick":
      return askAgain(ui);
    case "reply":
      return replied(ui, message.reply);
    case "refused":
      return stay(onRefusal(ui, message));
    case "event":
      return stay(onEvent(ui, message.event));
    case "ended":
      return askAgain(onEnded(ui, { exit_code: message.exit_code }));
    case "notice":
      return stay(say(ui, message.text, "warn"));
    case "died":
      return stay(onDied(ui, message.exit));
    case "restarted":
      return stay({ ...ui, link: { state: "connecting" }, waiting: [], refusals: {} });
  }
}

/** Where a month stands is another thing once snapshots were adopted or dropped. */
function replied(ui: Ui, reply: Reply): Step {
  const { kind } = reply.request;
  const next = onReply(ui, reply);
  return kind === "adopt" || kind === "retire" ? askAgain(next) : stay(next);
}

function press(ui: Ui, key: string): Step {
  const binding = bindingOf(key, contextOf(ui));
  if (binding !== undefined) {
    const reason = reasonAgainst(binding, ui);
    return reason === null ? actions[binding.action](ui) : stay(say(ui, reason, "warn"));
  }
  const text = typedText(ui);
  return stay(text === null ? ui : withTyped(ui, edited(text, key)));
}

function edited(text: string, key: string): string {
  if (key === "backspace" || key === "delete") return [...text].slice(0, -1).join("");
  if (key === "ctrl+u") return "";
  if (key === "ctrl+w") return text.replace(/\S+\s*$/, "");
  if (key === "space") return `${text} `;
  return [...key].length === 1 ? text + key : text;
}

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Pasted text is text: where none is being typed it does nothing, and a line end in it presses no key. */
function paste(ui: Ui, pasted: string): Step {
  const text = typedText(ui);
  if (text !== null) return stay(withTyped(ui, text + pasted.replace(unprintable, " ").trim()));
  return stay(say(ui, "Pasted text is ignored here: / or : take text.", "warn"));
}
