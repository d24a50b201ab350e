import type { MonthEntry, RunEntry } from "../../core/messages/listings.ts";
import type { Selection } from "../../core/messages/requests.ts";
import type { SnapshotEntry } from "../../core/messages/seals.ts";
import { key } from "../drawing/keys-in-words.ts";
import type { TypedLine } from "../model/known.ts";
import { snapshotsShown } from "../model/lists.ts";
import { emptyList, isRunning, type ScreenName, type Step, type Ui } from "../model/model.ts";
import { remember } from "../tools/remember.ts";
import { adopt, exportDate, verify } from "./asking.ts";
import { unread, whenFree, whileRunning } from "./binding.ts";
import type { Command } from "./command.ts";
import { columnCommands, lookCommands } from "./look-commands.ts";
import { askDrop, askToRun, askTyped, dryRun, notRunnable, runPending } from "./questions.ts";
import { report } from "./reporting.ts";
import {
  askFirst,
  livePlace,
  open,
  openFindings,
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

/** Those of one kind in their own order, the best first. */
function fitting(commands: readonly Command[], text: string): Command[] {
  return commands
    .flatMap((command) => {
      const score = fuzzyScore(text, command.line);
      return score === null ? [] : [{ command, score }];
    })
    .sort((a, b) => a.score - b.score)
    .map(({ command }) => command);
}

/** A line in the words of the command line, which has it understood. */
function typedLine({ line, help }: TypedLine): Command {
  return { line, help, act: (ui) => stay(ui, { do: "understand", line }) };
}

/**
 * The lines of the command line that fit, and what was typed as it is: first where it is whole by itself, and last while a word
 * of it may be another one's beginning.
 */
function typedLines(lines: readonly TypedLine[], text: string, known: readonly Command[]): Command[] {
  const typed = text.trim();
  const [name = ""] = typed.split(" ");
  const others = lines.filter(({ line }) => !known.some((command) => command.line === line)).map(typedLine);
  const found = fitting(others, text);
  const isKnown = [...known, ...found].some(({ line }) => line === typed);
  const isLine = name.startsWith("--") || lines.some(({ line }) => line.split(" ")[0] === name);
  if (!isLine || isKnown) return found;
  const own = typedLine({ line: typed, help: "as the command line has it" });
  const isBegun = [...known, ...found].some(({ line }) => line.startsWith(typed) && line[typed.length] !== " ");
  return isBegun ? [...found, own] : [own, ...found];
}

/** The commands that fit what was typed, best first: those of the screens, then those of the command line. */
export const commandsFor = remember(
  ({ months, runs, snapshots, look, choices, lines, stack }: Ui, text: string) =>
    [
      ...[months, runs, snapshots, look.unicode, choices, lines],
      ...[stack.at(-1)?.screen ?? "months", text],
    ] as const satisfies unknown[] as unknown as [
      Ui["months"],
      Ui["runs"],
      Ui["snapshots"],
      boolean,
      Ui["choices"],
      Ui["lines"],
      ScreenName,
      string,
    ],
  (months, runs, snapshots, unicode, choices, lines, screen, text) => {
    const own = [
      ...commandsOfLists(months, runs),
      ...dateCommands(snapshots ?? [], text),
      ...columnCommands(screen, choices),
      ...lookCommands(unicode, choices),
    ];
    const known = fitting(own, text);
    const others = typedLines(lines, text, known);
    // What is whole is meant, and not what goes on from there.
    const isMeant = ({ line }: Command) => line === text.trim();
    return [...[...known, ...others].filter(isMeant), ...[...known, ...others].filter((one) => !isMeant(one))];
  },
);

/** However many, they are the same for each letter that is typed. */
const commandsOfLists = remember(
  (months: Ui["months"], runs: Ui["runs"]) => [months, runs],
  (months, runs) => [
    ...plainCommands,
    ...(months ?? []).toSorted((one, other) => (one.as_of < other.as_of ? 1 : -1)).flatMap(monthCommands),
    ...(runs ?? (months ?? []).flatMap(({ last_run }) => last_run ?? [])).map(runCommand),
  ],
);

const plainCommands: Command[] = [
  { line: "months", help: "go to the months", act: openMonths },
  { line: "runs", help: "go to the history of runs", act: openRuns },
  { line: "snapshots", help: "go to the snapshots", act: openSnapshots },
  { line: "suites", help: "go to the suites, and what their tables lack", act: openSuites },
  { line: "pending", help: "run every month that is not published", act: runPending },
  { line: "snapshots --verify", help: "hold every seal against its rows", act: (ui) => verify(openSnapshots(ui)[0]) },
  { line: "doctor", help: "check all that a run needs", act: whenFree((ui) => openFindings(ui, { kind: "doctor" })) },
  { line: "check --pending", help: "read the pending drops, load nothing", act: checking({ every: "pending" }) },
  { line: "check --all", help: "read every drop, load nothing", act: checking({ every: "all" }) },
  { line: "report", help: "a page of the run that is chosen, to be looked at", act: report },
  { line: "adopt --yes", help: "seal what others took, after a question", act: adopt },
  { line: "help", help: "show all keys", act: openHelp },
  {
    line: "quit",
    help: "leave",
    act: (ui) => (isRunning(ui) ? `A run is going on: ${key("q")} asks first.` : stay(ui, { do: "quit", code: 0 })),
  },
];

function checking(selection: Selection) {
  return whenFree((ui) => openFindings(ui, { kind: "check", selection }));
}

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
    { line: `check --month ${entry.month}`, help: "read it, load nothing", act: checking({ months: [entry.month] }) },
  ];
}

function runCommand({ run, month, status }: RunEntry): Command {
  return { line: `show ${run}`, help: `${month}, ${status}`, act: (ui) => stay(open(ui, { ...livePlace, run })) };
}

/** Any two dates are compared once the first one is typed; before that each with the one before it. */
function dateCommands(snapshots: readonly SnapshotEntry[], text: string): Command[] {
  const dates = [...new Set(snapshots.map(({ as_of }) => as_of))].sort();
  const typed = dates.find((date) => text.startsWith(`compare ${date}`));
  const [, named = ""] = /--out (\S+)$/.exec(text) ?? [];
  const compared =
    typed === undefined
      ? dates.slice(1).map((to, index) => [dates[index] ?? to, to] as const)
      : dates.filter((date) => date !== typed).map((to) => [typed, to] as const);
  return [
    ...compared.map(
      ([from, to]): Command => ({
        line: `compare ${from} ${to}`,
        help: "what changed",
        act: (ui) => stay(open(ui, { screen: "compare", from, to, list: emptyList })),
      }),
    ),
    // The labels of the newest date are still to come.
    ...[...dates.slice(0, -1).toReversed(), ...dates.slice(-1)].map(
      (as_of): Command => ({
        line: `export --as-of ${as_of}${named === "" ? "" : ` --out ${named}`}`,
        help: "write its training set",
        act: whenFree((ui) => exportDate(ui, { as_of }, named || undefined)),
      }),
    ),
    ...dates.toReversed().map(
      (as_of): Command => ({
        line: `snapshots --drop ${as_of}`,
        help: "remove its snapshots for good",
        act: whenFree((ui) => {
          const date = snapshotsShown(ui, { screen: "snapshots", list: emptyList, marked: [] }).find(
            (one) => one.as_of === as_of,
          );
          return date === undefined ? unread : askFirst(ui, askDrop(ui, date));
        }),
      }),
    ),
  ];
}
