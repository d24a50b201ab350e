import { key } from "../drawing/keys-in-words.ts";
import type { ListChoice } from "../model/known.ts";
import { here, type Ui } from "../model/model.ts";
import { listChoice, sortTitles } from "../model/sorting.ts";
import type { Reaction } from "./binding.ts";
import { choose } from "./stack.ts";

/** In which order a list stands, and which of its columns are shown: chosen once, and kept. */

const noOrder = "This list has an order of its own.";

export function withChoice(ui: Ui, change: Partial<ListChoice>): Reaction {
  const { screen } = here(ui);
  return choose(ui, { lists: { ...ui.choices.lists, [screen]: { ...listChoice(ui, screen), ...change } } });
}

/** By the next column, or the one before; after the last one in the list's own order again. */
export const sortBy =
  (step: 1 | -1) =>
  (ui: Ui): Reaction => {
    const { screen } = here(ui);
    const titles = [null, ...sortTitles(screen)];
    if (titles.length === 1) return noOrder;
    const at = titles.indexOf(listChoice(ui, screen).by);
    const by = titles[(Math.max(0, at) + step + titles.length) % titles.length] ?? null;
    return withChoice(ui, { by, down: false });
  };

export function turnSort(ui: Ui): Reaction {
  const { by, down } = listChoice(ui, here(ui).screen);
  return by === null ? `${key(">")} sorts by a column first.` : withChoice(ui, { down: !down });
}
