import { type Look, themeNames } from "../drawing/theme.ts";
import type { Choices } from "../model/known.ts";
import type { ScreenName } from "../model/model.ts";
import { sortTitles } from "../model/sorting.ts";
import type { Command } from "./command.ts";
import { withChoice } from "./sort.ts";
import { choose, hint, stay } from "./stack.ts";

/** How things look: what is chosen here is kept, but for what belongs to one terminal. */
export function lookCommands(unicode: boolean, { mouse = true }: Choices): Command[] {
  const change = (line: string, help: string, look: Partial<Look>): Command => ({
    line,
    help,
    act: (ui) => stay({ ...ui, look: { ...ui.look, ...look } }),
  });
  return [
    ...themeNames.map(
      (theme): Command => ({
        line: `theme ${theme}`,
        help: `for ${theme} backgrounds, from now on`,
        act: (ui) => choose(hint({ ...ui, look: { ...ui.look, theme } }, `Theme ${theme}.`), { theme }),
      }),
    ),
    ...(["256", "16", "none"] as const).map((depth) =>
      change(`colours ${depth}`, "how many colours to use", { depth }),
    ),
    change(unicode ? "ascii" : "unicode", "other signs", { unicode: !unicode }),
    {
      line: `mouse ${mouse ? "off" : "on"}`,
      help: mouse ? "the terminal selects text as elsewhere" : "wheel, and clicks on lines and headings",
      act(ui) {
        const [next, effects] = choose(ui, { mouse: !mouse });
        return [next, [...effects, { do: "mouse", isOn: !mouse }]];
      },
    },
  ];
}

/** Columns of the list on show, but for the first one, by which its lines are told apart. */
export function columnCommands(screen: ScreenName, { lists }: Choices): Command[] {
  const hidden = lists?.[screen]?.hidden ?? [];
  return sortTitles(screen)
    .slice(1)
    .map((title): Command => {
      const isHidden = hidden.includes(title);
      const others = hidden.filter((other) => other !== title);
      return {
        line: `${isHidden ? "show" : "hide"} ${title}`,
        help: `the column of this list, from now on`,
        act: (ui) => withChoice(ui, { hidden: isHidden ? others : [...hidden, title] }),
      };
    });
}
