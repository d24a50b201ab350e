import type { Effect, Message, Ui } from "./model/model.ts";
import { update } from "./reduce.ts";

/** Events of a run come faster than an eye can follow. */
const eventPause = 80;

/** Holds the one state; what it was last told to show changes at once for a key, a few times a second for events. */
export function createStore(initial: Ui, perform: (effect: Effect) => void) {
  let latest = initial;
  let shown = initial;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const listeners = new Set<() => void>();

  const show = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (shown === latest) return;
    shown = latest;
    for (const listener of listeners) listener();
  };

  return {
    dispatch(message: Message) {
      const [next, effects] = update(latest, message, Date.now());
      latest = next;
      if (message.type === "event") timer ??= setTimeout(show, eventPause);
      else show();
      for (const effect of effects) perform(effect);
    },
    /** The state on show. */
    shown: () => shown,
    /** The newest state, on show or not. */
    latest: () => latest,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** No timer of ours may keep the process alive. */
    close() {
      if (timer !== null) clearTimeout(timer);
      listeners.clear();
    },
  };
}

export type Store = ReturnType<typeof createStore>;
