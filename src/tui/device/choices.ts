import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beginDraft, endDraft } from "../../files/draft.ts";
import { depths, themeNames } from "../drawing/theme.ts";
import type { Choices, ListChoice } from "../model/known.ts";

/** What the user chose on the screen, kept in the home until it is chosen anew. */

const fileOf = (home: string) => join(home, "choices.json");

/** Nothing where there is none, and of one that is spoilt what can be read. */
export function readChoices(home: string): Choices {
  try {
    return choicesIn(JSON.parse(readFileSync(fileOf(home), "utf8")));
  } catch {
    return {};
  }
}

function choicesIn(kept: unknown): Choices {
  if (typeof kept !== "object" || kept === null) return {};
  const theme = "theme" in kept ? themeNames.find((name) => name === kept.theme) : undefined;
  const depth = "depth" in kept ? depths.find((name) => name === kept.depth) : undefined;
  const unicode = "unicode" in kept && typeof kept.unicode === "boolean" ? kept.unicode : undefined;
  const lists = "lists" in kept && typeof kept.lists === "object" ? Object.entries(kept.lists ?? {}) : [];
  const sound = lists.flatMap(([screen, list]) => (isListChoice(list) ? [[screen, list]] : []));
  const mouse = "mouse" in kept && kept.mouse === false ? false : undefined;
  return {
    ...(theme && { theme }),
    ...(depth && { depth }),
    ...(unicode !== undefined && { unicode }),
    ...(mouse === false && { mouse }),
    ...(sound.length > 0 && { lists: Object.fromEntries(sound) }),
  };
}

function isListChoice(kept: unknown): kept is ListChoice {
  if (typeof kept !== "object" || kept === null || !("by" in kept && "down" in kept && "hidden" in kept)) return false;
  const { by, down, hidden } = kept;
  const isTitles = Array.isArray(hidden) && hidden.every((title) => typeof title === "string");
  return (by === null || typeof by === "string") && typeof down === "boolean" && isTitles;
}

/** Throws where the home cannot be written to. */
export function keepChoices(home: string, choices: Choices): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const draft = beginDraft(fileOf(home));
  try {
    writeFileSync(draft, `${JSON.stringify(choices, null, 2)}\n`);
    renameSync(draft, fileOf(home));
  } finally {
    endDraft(draft);
  }
}
