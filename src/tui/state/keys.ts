import { key } from "../drawing/keys-in-words.ts";
import { here, isRunning, type Ui } from "../model/model.ts";
import { type Binding, type Context, keysOn, quietKeysOn, type Reaction } from "./binding.ts";
import { copy, copyAll, copySql, edit } from "./copying.ts";
import { askAgain, readAgain } from "./needs.ts";
import * as prompt from "./prompts.ts";
import { askQuit } from "./questions.ts";
import { report } from "./reporting.ts";
import { sortBy, turnSort } from "./sort.ts";
import {
  askFirst,
  hint,
  livePlace,
  moveBy,
  open,
  openHelp,
  openMonths,
  openRuns,
  openSnapshots,
  openSuites,
  stay,
  withList,
} from "./stack.ts";

/** Screens with lines to move in: all of them; and those that one can go back from. */
const lists: readonly Context[] = [
  "months",
  "run",
  "validation",
  "verdict",
  "snapshots",
  "compare",
  "runs",
  "suites",
  "findings",
  "trend",
  "columns",
  "column",
  "answer",
];
const inner = lists.slice(1);

function refresh(ui: Ui): Reaction {
  if (isRunning(ui)) return "A run is going on: its events come by themselves.";
  if (ui.link.state === "dead") return stay(hint(ui, "Starting the pipeline again."), { do: "restart" });
  return askAgain(hint({ ...ui, refusals: {}, seals: {}, profiles: {} }, readAgain));
}

function goBack(ui: Ui): Reaction {
  if (here(ui).list.filter !== "") return stay(withList(ui, { filter: "", selected: null }));
  const [home, ...rest] = ui.stack;
  return stay({ ...ui, stack: [home, ...rest.slice(0, -1)] });
}

function openLive(ui: Ui): Reaction {
  return ui.live === null
    ? `This console has not run anything yet: ${key("r")} on a month does.`
    : stay(open(ui, livePlace));
}

function quit(ui: Ui): Reaction {
  return isRunning(ui) ? askFirst(ui, askQuit(ui)) : stay(ui, { do: "quit", code: 0 });
}

const moving = (lines: number) => (ui: Ui) => stay(moveBy(ui, lines));

/** A page is what the list has on the screen. */
const paging = (pages: number) => (ui: Ui) => stay(moveBy(ui, pages * ui.shown.page));

/** Keys that lead from the first screen to others, and those that mean the same on every screen. */
export const commonKeys: readonly Binding[] = [
  ...keysOn(["months"], { keys: ["H"], label: "runs", help: "Show the history of runs", act: openRuns }),
  ...keysOn(
    lists,
    { keys: ["y"], label: "copy", help: "Copy the command, the SQL or the row to the clipboard", act: copy },
    { keys: ["/"], label: "filter", help: "Show only lines that hold these words", act: prompt.typeFilter },
  ),
  ...keysOn(
    ["verdict"],
    { keys: ["e"], label: "edit", help: "Open the drop's file at this line in $VISUAL or $EDITOR", act: edit },
    { keys: ["Y"], label: "copy all", help: "Copy all values as CSV", act: copyAll },
    { keys: ["S"], label: "copy SQL", help: "Copy the SQL that finds all of them", act: copySql },
  ),
  ...quietKeysOn(["months", "run", "validation", "verdict", "runs", "snapshots"], {
    keys: ["o"],
    label: "report",
    help: "Write a page of the run, month or snapshot into the home's reports, and open it in a browser",
    act: report,
  }),
  ...quietKeysOn(lists, {
    keys: [":"],
    label: "command",
    help: "Type a command, such as run month_001",
    act: prompt.typeCommand,
  }),
  ...keysOn(lists, { keys: ["?"], label: "help", help: "Show all keys", act: openHelp }),
  ...keysOn(inner, {
    keys: ["esc", "left", "h"],
    label: "back",
    help: "Go back; clears the filter first",
    act: goBack,
  }),
  ...quietKeysOn(["months"], { keys: ["esc", "left", "h"], label: "back", help: "Clear the filter", act: goBack }),
  ...quietKeysOn(
    lists,
    { keys: ["up", "k"], label: "up", help: "One line up", act: moving(-1) },
    { keys: ["down", "j"], label: "down", help: "One line down", act: moving(1) },
    { keys: ["pageup", "ctrl+u", "ctrl+b"], label: "page up", help: "One page up", measured: true, act: paging(-1) },
    {
      keys: ["pagedown", "ctrl+d", "ctrl+f"],
      label: "page down",
      help: "One page down",
      measured: true,
      act: paging(1),
    },
    { keys: ["g", "home"], label: "first", help: "To the first line", act: moving(-Infinity) },
    { keys: ["G", "end"], label: "last", help: "To the last line", act: moving(Infinity) },
    {
      keys: [">"],
      label: "sort",
      help: "Sort by the next column, and at last in the list's own order",
      act: sortBy(1),
    },
    { keys: ["<"], label: "sort", help: "Sort by the column before", act: sortBy(-1) },
    { keys: ["I"], label: "turn", help: "Turn the order round", act: turnSort },
    { keys: ["1"], label: "months", help: "Go to the months", act: openMonths },
    { keys: ["2"], label: "runs", help: "Go to the runs", act: openRuns },
    { keys: ["3"], label: "snapshots", help: "Go to the snapshots", act: openSnapshots },
    { keys: ["4"], label: "live run", help: "Go to the run that this console started", act: openLive },
    { keys: ["5"], label: "suites", help: "Go to the suites, and what their tables lack", act: openSuites },
    {
      keys: ["ctrl+r"],
      label: "refresh",
      help: "Read everything on show again; starts the pipeline again when it is gone",
      act: refresh,
    },
  ),
  ...quietKeysOn(
    [...lists, "help", "small"],
    { keys: ["q"], label: "quit", help: "Leave; asks first while a run is going on", act: quit },
    {
      keys: ["ctrl+z"],
      label: "suspend",
      help: "Back to the shell for a while; fg returns. A run goes on meanwhile",
      act: (ui) => stay(ui, { do: "suspend" }),
    },
  ),
  ...quietKeysOn([...lists, "help", "helpFilter", "filter", "command", "confirm", "typed", "small"], {
    keys: ["ctrl+c"],
    label: "leave",
    help: "Leave at once; a run that is going on is rolled back",
    act: (ui) => stay(ui, { do: "quit", code: 130 }),
  }),
];

/** What a yes does, in the question's own word. */
function yesWord({ overlay }: Ui): string {
  return overlay?.kind === "confirm" ? overlay.question.yes : "yes";
}

/** Keys of what lies over a screen: questions, filters, the command line, the help. */
export const promptKeys: readonly Binding[] = [
  ...keysOn(["confirm"], { keys: ["enter"], label: yesWord, help: "Do it", act: prompt.sayYes }),
  ...keysOn(["typed"], { keys: ["enter"], label: yesWord, help: "Do it, once the word is typed", act: prompt.sayYes }),
  ...keysOn(
    ["confirm"],
    {
      keys: ["d"],
      label: "dry run first",
      help: "Do a dry run instead",
      quiet: (ui) => !prompt.canBeTried(ui),
      act: prompt.dryRunFirst,
    },
    {
      keys: ["y"],
      label: "copy",
      help: "Copy the command that is shown; nothing is done",
      quiet: prompt.hasNoCommand,
      act: prompt.copyCommand,
    },
    { keys: ["esc", "n", "q"], label: "no", help: "Do nothing", act: prompt.close },
  ),
  ...keysOn(["typed"], { keys: ["esc"], label: "no", help: "Do nothing", act: prompt.close }),
  ...keysOn(
    ["filter"],
    { keys: ["enter"], label: "keep", help: "Keep the filter", act: prompt.close },
    { keys: ["esc"], label: "as before", help: "Put the filter back as it was", act: prompt.dropFilter },
  ),
  ...keysOn(
    ["command"],
    { keys: ["enter"], label: "do it", help: "Carry out the chosen command", act: prompt.runCommand },
    { keys: ["tab"], label: "complete", help: "Take over the chosen command to edit it", act: prompt.complete },
  ),
  ...quietKeysOn(
    ["command"],
    { keys: ["up", "shift+tab"], label: "choose", help: "The choice above", act: prompt.moveChoice(-1) },
    { keys: ["down"], label: "choose", help: "The choice below", act: prompt.moveChoice(1) },
  ),
  ...keysOn(["command"], { keys: ["esc"], label: "close", help: "Close the command line", act: prompt.close }),
  ...keysOn(["help"], { keys: ["esc", "?", "h", "left"], label: "close", help: "Close the help", act: prompt.close }),
  ...keysOn(["helpFilter"], {
    keys: ["enter", "esc"],
    label: "done",
    help: "Back to the list of keys",
    act: prompt.filterHelp,
  }),
  ...keysOn(["help"], {
    keys: ["/"],
    label: "filter",
    help: "Show only keys about these words",
    act: prompt.filterHelp,
  }),
  ...quietKeysOn(
    ["help"],
    { keys: ["up", "k"], label: "up", help: "One line up", measured: true, act: prompt.scrollHelp(-1) },
    { keys: ["down", "j"], label: "down", help: "One line down", measured: true, act: prompt.scrollHelp(1) },
    {
      keys: ["pageup", "ctrl+u", "ctrl+b"],
      label: "page up",
      help: "One page up",
      measured: true,
      act: prompt.scrollHelp(0, -1),
    },
    {
      keys: ["pagedown", "ctrl+d", "ctrl+f", "space"],
      label: "page down",
      help: "One page down",
      measured: true,
      act: prompt.scrollHelp(0, 1),
    },
    { keys: ["g", "home"], label: "first", help: "To the first line", act: prompt.scrollHelp(-Infinity) },
    { keys: ["G", "end"], label: "last", help: "To the last line", measured: true, act: prompt.scrollHelp(Infinity) },
  ),
];
