import { themeNames } from "../drawing/theme.ts";
import { type Effect, emptyList, isRunning, type Question, type Step, type Ui } from "../model/model.ts";
import { askPending, askRun, askTyped, livePlace, pendingMonths, requestFor } from "./questions.ts";
import { nothingPending, notRunnableMonth } from "./reasons.ts";
import { open, say, stay } from "./stack.ts";

/**
 * How well a candidate fits what was typed: lower is better, null when its letters do not occur in this order.
 * Letters together, at the start of words, and short candidates win.
 */
export function fuzzyScore(typed: string, candidate: string): number | null {
  const wanted = typed.toLowerCase().trim();
  const text = candidate.toLowerCase();
  if (text.startsWith(wanted)) return text.length - wanted.length;
  let score = text.length;
  let at = -1;
  for (const letter of wanted) {
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
  disabled: string | null;
  step(ui: Ui): Step;
}

const shownChoices = 50;

/** The commands that fit what was typed, best first. */
export function commandsFor(ui: Ui, text: string): Command[] {
  const scored = allCommands(ui).flatMap((command, order) => {
    const score = fuzzyScore(text, command.line);
    return score === null ? [] : [{ command, score, order }];
  });
  scored.sort((a, b) => a.score - b.score || a.order - b.order);
  return scored.slice(0, shownChoices).map(({ command }) => command);
}

function allCommands(ui: Ui): Command[] {
  return [...plainCommands(ui), ...monthCommands(ui), ...runCommands(ui), ...compareCommands(ui), ...themeCommands(ui)];
}

function command(line: string, help: string, step: (ui: Ui) => Step, disabled: string | null = null): Command {
  return { line, help, step, disabled };
}

const quit: Effect = { do: "quit", code: 0 };

function plainCommands(ui: Ui): Command[] {
  return [
    command("months", "go to the months", (now) => stay({ ...now, stack: [now.stack[0]] })),
    command("runs", "go to the history of runs", (now) =>
      stay(open(now, { screen: "runs", list: emptyList, status: null })),
    ),
    command("snapshots", "go to the snapshots", (now) =>
      stay(open(now, { screen: "snapshots", list: emptyList, marked: [] })),
    ),
    command(
      "pending",
      "run every month that is not published",
      (now) => confirm(now, askPending(now, pendingMonths(now))),
      nothingPending(ui),
    ),
    command("help", "show all keys", (now) =>
      stay({ ...now, overlay: { kind: "help", filter: "", typing: false, top: 0 } }),
    ),
    command("quit", "leave", (now) => stay(now, quit), isRunning(ui) ? "A run is going on: q asks first." : null),
  ];
}

function confirm(ui: Ui, question: Question): Step {
  return stay({ ...ui, overlay: { kind: "confirm", question } });
}

function monthCommands(ui: Ui): Command[] {
  const busy = isRunning(ui) ? "A run is going on: one at a time." : null;
  return (ui.months ?? []).flatMap((entry) => {
    const { month } = entry;
    const disabled = busy ?? notRunnableMonth(ui, entry);
    const dry = requestFor(entry, { dry_run: true });
    return [
      command(`run ${month}`, `load ${entry.as_of}`, (now) => confirm(now, askRun(now, entry)), disabled),
      command(
        `dry-run ${month}`,
        "say what would change",
        (now) => stay(open(now, livePlace), { do: "run", request: dry }),
        disabled,
      ),
      command(
        `restamp ${month}`,
        "replace its sealed snapshot",
        (now) => confirm(now, askTyped(now, entry, "restamp")),
        disabled,
      ),
      command(
        `backfill ${month}`,
        "build its snapshot alone",
        (now) => confirm(now, askTyped(now, entry, "backfill")),
        disabled,
      ),
    ];
  });
}

function runCommands(ui: Ui): Command[] {
  const known = ui.runs ?? (ui.months ?? []).flatMap(({ last_run }) => (last_run === null ? [] : [last_run]));
  return known.map(({ run, month, status }) =>
    command(`open ${run}`, `${month}, ${status}`, (now) => stay(open(now, { ...livePlace, run }))),
  );
}

function compareCommands(ui: Ui): Command[] {
  const dates = [...new Set((ui.snapshots ?? []).map(({ as_of }) => as_of))].sort();
  return dates.slice(1).map((to, index) => {
    const from = dates[index] ?? to;
    return command(`compare ${from} ${to}`, "what changed", (now) =>
      stay(open(now, { screen: "compare", from, to, list: emptyList })),
    );
  });
}

function themeCommands(ui: Ui): Command[] {
  const themes = themeNames.map((theme) =>
    command(`theme ${theme}`, `for ${theme} backgrounds`, (now) =>
      stay(say({ ...now, look: { ...now.look, theme } }, `Theme ${theme}.`)),
    ),
  );
  const depths = (["256", "16", "none"] as const).map((depth) =>
    command(`colours ${depth}`, "how many colours to use", (now) => stay({ ...now, look: { ...now.look, depth } })),
  );
  const { unicode } = ui.look;
  const signs = command(unicode ? "ascii" : "unicode", "other signs", (now) =>
    stay({ ...now, look: { ...now.look, unicode: !unicode } }),
  );
  return [...themes, ...depths, signs];
}
