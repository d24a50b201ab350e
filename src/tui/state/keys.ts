import { isRunning, type Ui } from "../model/model.ts";
import { type Binding, inner, lists } from "./binding.ts";
import * as why from "./reasons.ts";

/** Keys that mean the same on every screen. */
export const commonKeys: readonly Binding[] = [
  {
    keys: ["y"],
    action: "copy",
    label: "copy",
    help: "Copy the command, the SQL or the row to the clipboard",
    on: lists,
    disabled: why.nothingToCopy,
  },
  { keys: ["/"], action: "filter", label: "filter", help: "Show only lines that hold these words", on: lists },
  {
    keys: [":"],
    action: "command",
    label: "command",
    help: "Type a command, such as run month_001",
    on: lists,
    quiet: true,
  },
  { keys: ["?"], action: "help", label: "help", help: "Show all keys", on: lists },
  { keys: ["esc", "left", "h"], action: "back", label: "back", help: "Go back; clears the filter first", on: inner },
  { keys: ["esc"], action: "back", label: "back", help: "Clear the filter", on: ["months"], quiet: true },
  { keys: ["up", "k"], action: "up", label: "up", help: "One line up", on: lists, quiet: true },
  { keys: ["down", "j"], action: "down", label: "down", help: "One line down", on: lists, quiet: true },
  {
    keys: ["pageup", "ctrl+u", "ctrl+b"],
    action: "pageUp",
    label: "page up",
    help: "One page up",
    on: lists,
    quiet: true,
  },
  {
    keys: ["pagedown", "ctrl+d", "ctrl+f"],
    action: "pageDown",
    label: "page down",
    help: "One page down",
    on: lists,
    quiet: true,
  },
  { keys: ["g", "home"], action: "first", label: "first", help: "To the first line", on: lists, quiet: true },
  { keys: ["G", "end"], action: "last", label: "last", help: "To the last line", on: lists, quiet: true },
  { keys: ["1"], action: "openMonths", label: "months", help: "Go to the months", on: lists, quiet: true },
  { keys: ["2"], action: "openRuns", label: "runs", help: "Go to the runs", on: lists, quiet: true },
  { keys: ["3"], action: "openSnapshots", label: "snapshots", help: "Go to the snapshots", on: lists, quiet: true },
  {
    keys: ["4"],
    action: "openLive",
    label: "live run",
    help: "Go to the run that this console started",
    on: lists,
    quiet: true,
    disabled: why.noLive,
  },
  {
    keys: ["ctrl+r"],
    action: "refresh",
    label: "refresh",
    help: "Read everything on show again; starts the pipeline again when it is gone",
    on: lists,
    quiet: true,
    disabled: (ui) => (isRunning(ui) ? "A run is going on: its events come by themselves." : null),
  },
  {
    keys: ["q"],
    action: "quit",
    label: "quit",
    help: "Leave; asks first while a run is going on",
    on: [...lists, "help", "small"],
    quiet: true,
  },
  {
    keys: ["ctrl+z"],
    action: "suspend",
    label: "suspend",
    help: "Back to the shell for a while; fg returns. A run goes on meanwhile",
    on: [...lists, "help", "small"],
    quiet: true,
  },
  {
    keys: ["ctrl+c"],
    action: "leave",
    label: "leave",
    help: "Leave at once; a run that is going on is rolled back",
    on: [...lists, "help", "helpFilter", "filter", "command", "confirm", "typed", "small"],
    quiet: true,
  },
];

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
