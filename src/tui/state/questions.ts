import { outcomeOf } from "../../client/run-words.ts";
import { statusWord } from "../../client/words.ts";
import { formatAge, formatBytes, formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { MonthEntry, MonthState } from "../../core/messages/listings.ts";
import { profilingCommand } from "../../core/messages/profiles.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { commandOfRequest } from "../../core/messages/run-command.ts";
import { isLacking, monthIndex } from "../../core/month.ts";
import { program } from "../../core/self.ts";
import { shellWord } from "../../core/settings.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { blank, type Row, row, span } from "../drawing/spans.ts";
import { expectedSeconds, monthBytes, monthRows, sumOf } from "../model/estimate.ts";
import type { SnapshotDate } from "../model/known.ts";
import type { Question, Step, Ui } from "../model/model.ts";
import { rejectedFor } from "../model/months.ts";
import { remember } from "../tools/remember.ts";
import { unread, whenFree } from "./binding.ts";
import { askFirst, livePlace, open, stay } from "./stack.ts";

/** The questions that stand before anything is changed, with the plan as far as it is known. */

type RunOptions = Partial<Omit<RunRequest, "kind" | "selection">>;

function requestFor(months: string[], options: RunOptions = {}): RunRequest {
  const plain = { as_of: null, dry_run: false, restamp: false, backfill: false, force: false };
  return { kind: "run", selection: { months }, ...plain, ...options };
}

/** A run of one month, under the stamp that is shown of it. */
function requestOf({ month, as_of, own_stamp }: MonthEntry, options: RunOptions = {}): RunRequest {
  return requestFor([month], { as_of: own_stamp ? as_of : null, ...options });
}

/** The month as this console has just published it: the listing is of before that, until it was read again. */
function asPublished({ live }: Ui, entry: MonthEntry): MonthEntry {
  const own = live === null || live.isListed ? [] : [live.current, ...live.past];
  const isOk = own.some((run) => run?.month === entry.month && outcomeOf(run) === "published");
  return isOk ? { ...entry, state: "ok" } : entry;
}

/** Why a month cannot be run; null when it can. */
export function notRunnable({ data }: Ui, { month, state }: MonthEntry): string | null {
  if (state === "gone") return `${month} is no longer in ${data}.`;
  if (isLacking({ state })) return `${month} is not in ${data} yet.`;
  return state === "running" ? `${month} is being run by another console.` : null;
}

export function dryRun(ui: Ui, entry: MonthEntry): Step {
  return stay(open(ui, livePlace), { do: "run", request: requestOf(entry, { dry_run: true }) });
}

export function askToRun(ui: Ui, entry: MonthEntry): Step {
  return askFirst(ui, askRun(ui, entry));
}

const typedWays = {
  backfill: { title: "Backfill", why: "Its snapshot is built from its drop alone; live tables stay as they are." },
  restamp: {
    title: "Restamp",
    why: "This replaces its sealed snapshot; the old seal and the reason stay in the ledger.",
  },
};

/** A run that rewrites history: the month must be typed out first. */
export function askTyped(ui: Ui, entry: MonthEntry, way: keyof typeof typedWays): Question {
  // Live tables that hold a newer month are left alone.
  const request = requestOf(entry, { [way]: true, ...(isOutdated(ui, entry) && { backfill: true }) });
  const { title, why } = typedWays[way];
  const asked = question(ui, entry, { request, title: `${title} ${entry.month}?`, yes: way, why });
  return { ...asked, typed: { wanted: entry.month, text: "" } };
}

/** What a month's state asks of a run: the option it needs, and the words that say why. */
export function askRun(ui: Ui, listed: MonthEntry): Question {
  const entry = asPublished(ui, listed);
  const { month, state } = entry;
  const outdated = isOutdated(ui, entry);
  // A newer month is published, or its files changed since it was: the plain run would only be refused.
  if (state === "out_of_order" || ((state === "dropped" || state === "unsealed") && outdated))
    return askTyped(ui, entry, "backfill");
  if (state === "changed" || state === "broken") return askTyped(ui, entry, "restamp");
  if (state === "ok") {
    const again = "These very files are published already: running them again changes only what others changed since.";
    const why = outdated ? `${again} Live tables hold a newer month and are left as they are.` : again;
    const request = requestOf(entry, { force: true, backfill: outdated });
    return question(ui, entry, { request, title: `Run ${month} again?`, yes: "run again", why });
  }
  return question(ui, entry, { request: requestOf(entry), title: `Run ${month}?`, yes: "run", why: whyPlain(entry) });
}

function whyPlain(entry: MonthEntry): string {
  const { as_of, state } = entry;
  if (state === "stamp_taken")
    return `Another month has ${as_of}, or a day that puts the two out of order: --as-of on the command line names one that is free.`;
  const rejected = rejectedFor(entry);
  return rejected !== null
    ? `It ${rejected}: a run tells what else is wrong with it.`
    : "All or nothing: nobody sees any of it until all of it is sound.";
}

function question(
  ui: Ui,
  entry: MonthEntry,
  { request, title, yes, why }: { request: RunRequest; title: string; yes: string; why: string },
): Question {
  const body = [...planOf(ui, [entry]), blank, row(why)];
  const command = commandOfRequest(request, ui.flags);
  return { title, yes, body, command, effect: { do: "run", request }, place: livePlace };
}

/** The plan from what lies on disk and what past runs took; a dry run gives the exact one. */
function planOf(ui: Ui, entries: MonthEntry[]): Row[] {
  const bytes = entries.reduce((sum, entry) => sum + monthBytes(entry), 0);
  const files = entries.flatMap((entry) => entry.files.filter((file) => file.present)).length;
  const guess = sumOf(entries.map((entry) => monthRows(ui.months ?? [], entry)));
  const seconds = expectedSeconds(ui, bytes);
  const { arrow, dot } = glyphsOf(ui.look);
  const stamps = entries.map((entry) => `${entry.month} ${arrow} ${entry.as_of}`);
  const size = [
    formatCounted(files, "file"),
    formatBytes(bytes),
    ...(guess === null ? [] : [`${guess.exact ? "" : "about "}${formatCount(guess.rows)} rows`]),
    ...(seconds === null ? [] : [`about ${formatDuration(seconds)}`]),
  ];
  const last = entries.length === 1 ? entries[0]?.last_run : null;
  return [
    ...stamps.slice(0, 4).map((text) => row(span(text, "strong"))),
    ...(stamps.length > 4 ? [row(`and ${formatCounted(stamps.length - 4, "more month")}`)] : []),
    row(size.join(` ${dot} `)),
    ...(last
      ? [row(`last run ${last.run}: ${statusWord(last.status)}, ${formatAge(Date.parse(last.started_at), ui.now)}`)]
      : []),
  ];
}

export const runPending = whenFree((ui) => {
  if (ui.months === null) return unread;
  const pending = pendingMonths(ui).filter((entry) => unpublished.has(asPublished(ui, entry).state));
  if (pending.length === 0) return "No month is pending: all that are on disk are published.";
  // The months that are shown, and not one that comes in between.
  const request = requestFor(pending.map(({ month }) => month));
  return askFirst(ui, {
    title: `Run ${formatCounted(pending.length, "pending month")}?`,
    yes: "run all",
    body: [...planOf(ui, pending), blank, row("Oldest first, each all or nothing; the first one that fails ends it.")],
    command: commandOfRequest({ ...request, selection: { every: "pending" } }, ui.flags),
    effect: { do: "run", request },
    place: livePlace,
  });
});

export function askCancel(ui: Ui): Question {
  const effect = { do: "ask", request: { kind: "cancel" } } as const;
  return { title: "Cancel the run?", yes: "cancel and roll back", body: [whatEnds(ui)], effect };
}

export function askQuit(ui: Ui): Question {
  const effect = { do: "quit", code: 0 } as const;
  return { title: "Leave while a run is going on?", yes: "leave and roll back", body: [whatEnds(ui)], effect };
}

function whatEnds({ live }: Ui): Row {
  const month = live?.current?.month ?? "The run";
  if (live?.request.dry_run === true) return row(`${month} is a dry run: it changes nothing in any case.`);
  return row(`${month} is rolled back, unless its commit is under way by then.`);
}

export function askExport(ui: Ui, { as_of }: { as_of: string }, out = `training_${as_of}.parquet`): Question {
  const what = `Into ${out} in the working directory, in place of one that is there: the features of this date with the labels of the next month there is, and a manifest beside it.`;
  return {
    title: `Export a training set as of ${as_of}?`,
    yes: "export",
    body: [row(what), blank],
    command: `${program} export --as-of ${as_of} --out ${shellWord(out)}${ui.flags}`,
    effect: { do: "ask", request: { kind: "export", as_of, labels_from: null, out } },
  };
}

export function askDrop(ui: Ui, { as_of, standing }: SnapshotDate): Question {
  const rows = standing.reduce((sum, entry) => sum + entry.rows, 0);
  const why = `${formatCount(rows)} rows in ${formatCounted(standing.length, "table")} are removed for good; live tables stay as they are, and the ledger keeps the seals.`;
  return {
    title: `Drop the snapshots of ${as_of}?`,
    yes: "drop",
    body: [row(why)],
    command: `${program} snapshots --drop ${as_of} --yes${ui.flags}`,
    effect: { do: "ask", request: { kind: "retire", as_of } },
    typed: { wanted: as_of, text: "" },
  };
}

export function askProfile(ui: Ui): Question {
  const why =
    "Each sealed snapshot without figures is read once, and what its columns come to is kept in the ledger. Rows and seals stay as they are; meanwhile no month is run.";
  return {
    title: "Profile the snapshots that are not yet?",
    yes: "profile",
    body: [row(why), blank],
    command: `${program} ${profilingCommand}${ui.flags}`,
    effect: { do: "ask", request: { kind: "profiling" } },
  };
}

export function askAdopt(ui: Ui): Question {
  const dates = ui.unsealed_dates.join(", ");
  const why = `No run of the ledger took the snapshots of ${dates}. They are sealed as they are, without the drops that they came from; nothing else is changed, and the next month runs as usual. \`adopt\` without --yes shows how they compare with the drops.`;
  return {
    title: "Adopt what others took?",
    yes: "seal as it is",
    body: [row(why), blank],
    command: `${program} adopt --yes${ui.flags}`,
    effect: { do: "ask", request: { kind: "adopt", confirmed: true } },
  };
}

const indexOf = ({ month }: MonthEntry) => monthIndex(month) ?? 0;

const newestPublished = remember(
  ({ months }: Ui) => [months],
  (months) => Math.max(-1, ...(months ?? []).filter(({ state }) => published.has(state)).map(indexOf)),
);

/** True when a newer month is published. */
function isOutdated(ui: Ui, entry: MonthEntry): boolean {
  return indexOf(entry) < newestPublished(ui);
}

/** Months that a run of all pending ones would take, oldest first: unpublished, and newer than all that are. */
export const pendingMonths = remember(
  (ui: Ui) => [ui.months, newestPublished(ui)],
  (months, newest) =>
    (months ?? [])
      .filter((entry) => unpublished.has(entry.state) && indexOf(entry) > newest)
      .sort((a, b) => indexOf(a) - indexOf(b)),
);

const published = new Set<MonthState>(["ok", "changed", "dropped", "gone", "adopted", "broken", "unsealed"]);
const unpublished = new Set<MonthState>(["new", "failed", "crashed", "incomplete", "stamp_taken"]);
