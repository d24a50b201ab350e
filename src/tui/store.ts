import type { Effect, Message, Ui } from "./model/model.ts";
import { update } from "./reduce.ts";

/** Holds the one state; what it was last told to show changes at once for a key, a few times a second for events. */
export interface Store {
  dispatch(message: Message): void;
  /** The state on show. */
  shown(): Ui;
  /** The newest state, on show or not. */
  latest(): Ui;
  subscribe(listener: () => void): () => void;
  /** No timer of ours may keep the process alive. */
  close(): void;
}

/** Events of a run come faster than an eye can follow. */
const eventPause = 80;

export function createStore(initial: Ui, perform: (effect: Effect) => void, clock: () => number): Store {
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
    dispatch(message) {
      const [next, effects] = update(latest, message, clock());
      latest = next;
      if (message.type === "event") timer ??= setTimeout(show, eventPause);
      else show();
      for (const effect of effects) perform(effect);
    },
    shown: () => shown,
    latest: () => latest,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      listeners.clear();
    },
  };
}
