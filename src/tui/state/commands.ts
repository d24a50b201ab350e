import type { MonthEntry, RunEntry } from "../../core/messages/listings.ts";
import type { SnapshotEntry } from "../../core/messages/seals.ts";
import { type Look, themeNames } from "../drawing/theme.ts";
import { emptyList, isRunning, type Step, type Ui } from "../model/model.ts";
import { remember } from "../model/remember.ts";
import { type Reaction, whileRunning } from "./binding.ts";
import { askToRun, askTyped, dryRun, notRunnable, runPending } from "./questions.ts";
import {
  askFirst,
  choose,
  hint,
  livePlace,
  open,
  openHelp,
  openMonths,
  openRuns,
  openSnapshots,
  openSuites,
  stay,
} from "./stack.ts";

/**
 * How well a candidate fits what was typed: lower is better, null when its letters do not occur in this order.
 * Letters together, at the start of words, and short candidates win.
 */
export function fuzzyScore(typed: string, candidate: string): number | null {
  const wanted = typed.toLowerCase().trimStart();
  const text = candidate.toLowerCase();
  // Of those that begin with it the first in their own order is meant, and not the shortest.
  if (text.startsWith(wanted)) return text === wanted ? 0 : 1;
  let score = text.length;
  let at = -1;
  for (const letter of wanted.trimEnd()) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return null;
    const startsWord = next === 0 || /[\s_-]/.test(text[next - 1] ?? "");
    if (next !== at + 1) score += startsWord ? 10 : 20 + (next - at);
    at = next;
  }
  return score;
}

/** One line that can be typed after ":", complete with its argument. */
export interface Command {
  line: string;
  help: string;
  act(ui: Ui): Reaction;
}

/** The commands that fit what was typed, best first. */
export const commandsFor = remember(
  ({ months, runs, snapshots, look }: Ui, text: string) => [months, runs, snapshots, look.unicode, text],
  (months, runs, snapshots, unicode, text) =>
    [
      ...plainCommands,
      ...(months ?? []).toSorted((one, other) => (one.as_of < other.as_of ? 1 : -1)).flatMap(monthCommands),
      ...(runs ?? (months ?? []).flatMap(({ last_run }) => last_run ?? [])).map(runCommand),
      ...compareCommands(snapshots ?? []),
      ...lookCommands(unicode),
    ]
      .flatMap((command) => {
        const score = fuzzyScore(text, command.line);
        return score === null ? [] : [{ command, score }];
      })
      .sort((a, b) => a.score - b.score)
      .map(({ command }) => command),
);

const plainCommands: Command[] = [
  { line: "months", help: "go to the months", act: openMonths },
  { line: "runs", help: "go to the history of runs", act: openRuns },
  { line: "snapshots", help: "go to the snapshots", act: openSnapshots },
  { line: "suites", help: "go to the suites, and what their tables lack", act: openSuites },
  { line: "pending", help: "run every month that is not published", act: runPending },
  { line: "help", help: "show all keys", act: openHelp },
  {
    line: "quit",
    help: "leave",
    act: (ui) => (isRunning(ui) ? "A run is going on: q asks first." : stay(ui, { do: "quit", code: 0 })),
  },
];

function monthCommands(entry: MonthEntry): Command[] {
  const command = (verb: string, help: string, act: (ui: Ui, entry: MonthEntry) => Step): Command => ({
    line: `${verb} ${entry.month}`,
    help,
    act: (ui) => whileRunning(ui) ?? notRunnable(ui, entry) ?? act(ui, entry),
  });
  return [
    command("run", `load ${entry.as_of}`, askToRun),
    command("dry-run", "say what would change", dryRun),
    command("restamp", "replace its sealed snapshot", (ui) => askFirst(ui, askTyped(ui, entry, "restamp"))),
    command("backfill", "build its snapshot alone", (ui) => askFirst(ui, askTyped(ui, entry, "backfill"))),
  ];
}

function runCommand({ run, month, status }: RunEntry): Command {
  return { line: `open ${run}`, help: `${month}, ${status}`, act: (ui) => stay(open(ui, { ...livePlace, run })) };
}

function compareCommands(snapshots: readonly SnapshotEntry[]): Command[] {
  const dates = [...new Set(snapshots.map(({ as_of }) => as_of))].sort();
  return dates.slice(1).map((to, index) => {
    const from = dates[index] ?? to;
    return {
      line: `compare ${from} ${to}`,
      help: "what changed",
      act: (ui) => stay(open(ui, { screen: "compare", from, to, list: emptyList })),
    };
  });
}

function lookCommands(unicode: boolean): Command[] {
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
  ];
}
