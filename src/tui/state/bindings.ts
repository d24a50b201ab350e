import type { ActionName } from "./actions.ts";
import { isRunning, type ScreenName, type Ui } from "./model.ts";
import * as why from "./reasons.ts";

/** Where keys are looked up: the overlay that wants them first, else the screen; `small` when nothing fits. */
export type Context = ScreenName | "help" | "helpFilter" | "filter" | "command" | "confirm" | "typed" | "small";

export interface Binding {
  keys: string[];
  action: ActionName;
  /** Word in the footer. */
  label: string | ((ui: Ui) => string);
  /** Sentence in the help. */
  help: string;
  on: readonly Context[];
  /** Left out of the footer, which has little room; the help shows every key. */
  quiet?: boolean;
  /** Why the key does nothing now; null when it does. */
  disabled?: (ui: Ui) => string | null;
}

const lists: Context[] = ["months", "run", "validation", "verdict", "snapshots", "compare", "runs"];
const inner: Context[] = ["run", "validation", "verdict", "snapshots", "compare", "runs"];

/** What a yes does, in the question's own word. */
function yesWord({ overlay }: Ui): string {
  return overlay?.kind === "confirm" ? overlay.question.yes : "yes";
}

/** The binding's word in the footer, as things stand. */
export function labelOf({ label }: Binding, ui: Ui): string {
  return typeof label === "string" ? label : label(ui);
}

/** Every key of the console: dispatch, footer and help are all drawn from this table. */
export const bindings: readonly Binding[] = [
  {
    keys: ["r"],
    action: "run",
    label: "run",
    help: "Run this month, after a question that shows the plan",
    on: ["months"],
    disabled: why.notRunnable,
  },
  {
    keys: ["d"],
    action: "dryRun",
    label: "dry run",
    help: "Run this month and roll it back: shows exactly what would change",
    on: ["months"],
    disabled: why.notRunnable,
  },
  {
    keys: ["R"],
    action: "runPending",
    label: "run all pending",
    help: "Run every month that is not published yet, oldest first",
    on: ["months"],
    disabled: why.nothingPending,
  },
  {
    keys: ["enter", "right", "l"],
    action: "openRun",
    label: "open",
    help: "Open the month's last run",
    on: ["months"],
    disabled: why.neverRun,
  },
  {
    keys: ["enter", "right"],
    action: "openRun",
    label: "open",
    help: "Open this run as if it had just finished",
    on: ["runs"],
    disabled: why.noLine,
  },
  {
    keys: ["c"],
    action: "cancel",
    label: "cancel and roll back",
    help: "Cancel the run that is going on; it is rolled back",
    on: ["run"],
    disabled: why.nothingToCancel,
  },
  {
    keys: ["v", "enter", "right"],
    action: "openValidation",
    label: "expectations",
    help: "Show each expectation of this run",
    on: ["run"],
    disabled: why.noVerdicts,
  },
  {
    keys: ["v"],
    action: "openValidation",
    label: "expectations",
    help: "Show each expectation of the run",
    on: ["months", "runs"],
    disabled: why.neverRun,
    quiet: true,
  },
  {
    keys: ["l", "tab"],
    action: "toggleLog",
    label: "log",
    help: "Give the log the whole screen, and back",
    on: ["run"],
  },
  {
    keys: ["enter", "right", "l"],
    action: "openVerdict",
    label: "values",
    help: "Show the unexpected values, their keys, and where they came from",
    on: ["validation"],
    disabled: why.noValues,
  },
  {
    keys: ["f"],
    action: "failuresOnly",
    label: "failures only",
    help: "Show failures only, and all again",
    on: ["validation"],
  },
  {
    keys: ["f"],
    action: "nextStatus",
    label: "status",
    help: "Show only runs of one status: each press takes the next",
    on: ["runs"],
  },
  {
    keys: ["space"],
    action: "mark",
    label: "mark",
    help: "Mark this date to compare it with another",
    on: ["snapshots"],
    disabled: why.noLine,
  },
  {
    keys: ["enter", "right", "l"],
    action: "compare",
    label: "compare the marked",
    help: "Compare the two marked dates, or the marked one with this one",
    on: ["snapshots"],
    disabled: why.nothingToCompare,
  },
  {
    keys: ["v"],
    action: "verify",
    label: "verify seals",
    help: "Recompute the seals of every snapshot and hold them against what was recorded",
    on: ["snapshots"],
    disabled: why.noSnapshots,
  },
  {
    keys: ["s"],
    action: "openSnapshots",
    label: "snapshots",
    help: "Show the snapshots by date",
    on: ["months", "runs", "run"],
  },
  { keys: ["h"], action: "openRuns", label: "runs", help: "Show the history of runs", on: ["months"] },
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
    keys: ["ctrl+c"],
    action: "leave",
    label: "leave",
    help: "Leave at once; a run that is going on is rolled back",
    on: [...lists, "help", "helpFilter", "filter", "command", "confirm", "typed", "small"],
    quiet: true,
  },

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

/** The binding that a key means in a context, disabled or not. */
export function bindingOf(key: string, context: Context): Binding | undefined {
  return bindings.find((binding) => binding.on.includes(context) && binding.keys.includes(key));
}

export function bindingsOf(context: Context): Binding[] {
  return bindings.filter((binding) => binding.on.includes(context));
}
