import { depths, type Look, themeNames } from "../drawing/theme.ts";
import type { Choices } from "../model/known.ts";
import type { ScreenName } from "../model/model.ts";
import { sortTitles } from "../model/sorting.ts";
import type { Command } from "./command.ts";
import { withChoice } from "./sort.ts";
import { choose, hint, stay } from "./stack.ts";

/** How things look: what is chosen here is kept, and goes before what the terminal says of itself. */
export function lookCommands(unicode: boolean, { mouse = true }: Choices): Command[] {
  const change = (line: string, help: string, look: Partial<Omit<Look, "colours">>, told: string): Command => ({
    line,
    help: `${help}, from now on`,
    act: (ui) => choose(hint({ ...ui, look: { ...ui.look, ...look } }, told), look),
  });
  return [
    ...themeNames.map((theme) => change(`theme ${theme}`, `for ${theme} backgrounds`, { theme }, `Theme ${theme}.`)),
    ...depths.map((depth) => change(`colours ${depth}`, "so many colours", { depth }, `Colours: ${depth}.`)),
    unicode
      ? change("ascii", "signs of ASCII alone", { unicode: false }, "ASCII alone.")
      : change("unicode", "all signs", { unicode: true }, "All signs."),
    {
      line: "look auto",
      help: "theme, colours and signs as the terminal says, from now on",
      act({ choices: { theme: _, depth: __, unicode: ___, ...choices }, ...ui }) {
        const told = hint({ ...ui, choices, look: ui.terminal }, "As the terminal says.");
        return stay(told, { do: "remember", choices });
      },
    },
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
