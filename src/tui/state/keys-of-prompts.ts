import type { Binding } from "./binding.ts";
import type { Ui } from "./model.ts";
import * as why from "./reasons.ts";

/** What a yes does, in the question's own word. */
function yesWord({ overlay }: Ui): string {
  return overlay?.kind === "confirm" ? overlay.question.yes : "yes";
}

/** Keys of what lies over a screen: questions, filters, the command line, the help. */
export const promptKeys: readonly Binding[] = [
  { keys: ["enter", "y"], action: "yes", label: yesWord, help: "Do it", on: ["confirm"] },
  {
    keys: ["enter"],
    action: "yes",
    label: yesWord,
    help: "Do it, once the word is typed",
    on: ["typed"],
    disabled: why.notTyped,
  },
  {
    keys: ["d"],
    action: "dryRunFirst",
    label: "dry run first",
    help: "Do a dry run instead",
    on: ["confirm"],
    disabled: why.noDryRun,
  },
  { keys: ["esc", "n", "q"], action: "no", label: "no", help: "Do nothing", on: ["confirm"] },
  { keys: ["esc"], action: "no", label: "no", help: "Do nothing", on: ["typed"] },
  { keys: ["enter"], action: "acceptFilter", label: "keep", help: "Keep the filter", on: ["filter"] },
  { keys: ["esc"], action: "dropFilter", label: "as before", help: "Put the filter back as it was", on: ["filter"] },
  { keys: ["enter"], action: "runCommand", label: "do it", help: "Carry out the chosen command", on: ["command"] },
  {
    keys: ["tab"],
    action: "complete",
    label: "complete",
    help: "Take over the chosen command to edit it",
    on: ["command"],
  },
  {
    keys: ["up", "shift+tab"],
    action: "previousChoice",
    label: "choose",
    help: "The choice above",
    on: ["command"],
    quiet: true,
  },
  { keys: ["down"], action: "nextChoice", label: "choose", help: "The choice below", on: ["command"], quiet: true },
  { keys: ["esc"], action: "close", label: "close", help: "Close the command line", on: ["command"] },
  { keys: ["esc", "?", "h", "left"], action: "close", label: "close", help: "Close the help", on: ["help"] },
  { keys: ["enter", "esc"], action: "filterHelp", label: "done", help: "Back to the list of keys", on: ["helpFilter"] },
  { keys: ["/"], action: "filterHelp", label: "filter", help: "Show only keys about these words", on: ["help"] },
  { keys: ["up", "k"], action: "helpUp", label: "up", help: "One line up", on: ["help"], quiet: true },
  {
    keys: ["down", "j", "space", "pagedown"],
    action: "helpDown",
    label: "down",
    help: "One line down",
    on: ["help"],
    quiet: true,
  },
];
