import type { PipelineExit } from "../../client/pipeline.ts";
import { headline } from "../../client/run-words.ts";
import { fold, type RunState } from "../../client/state.ts";
import { formatBytes, formatCounted } from "../../core/format.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { Request, RunRequest } from "../../core/messages/requests.ts";
import { escapeControl } from "../../core/text.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { logLine } from "../model/log.ts";
import { here, isRunning, type Live, type Reply, sampleName, sealName, type Ui } from "../model/model.ts";
import { say } from "./stack.ts";

/** What the pipeline does to the state: its answers, its events, its end. */

const logKept = 5_000;

export function onStart(ui: Ui, request: RunRequest): Ui {
  const live: Live = { request, current: null, past: [], log: [], entered: {}, outcome: null, cancelling: false };
  return { ...ui, live };
}

export function onReply(before: Ui, reply: Reply): Ui {
  const { kind } = reply.request;
  const ui: Ui = {
    ...before,
    link: { state: "ready" },
    refusals: without(before.refusals, JSON.stringify(reply.request)),
    waiting: before.waiting.filter((other) => other !== kind),
  };
  return stored(ui, reply);
}

function stored(ui: Ui, { request, result }: Reply): Ui {
  switch (request.kind) {
    case "months":
      return { ...ui, ...(result as Answer<"months">) };
    case "runs":
      return { ...ui, ...(result as Answer<"runs">) };
    case "snapshots":
      return { ...ui, ...(result as Answer<"snapshots">) };
    case "show":
      return { ...ui, details: { ...ui.details, [request.run]: result as Answer<"show"> } };
    case "history":
      return { ...ui, history: { ...ui.history, [request.run]: (result as Answer<"history">).series } };
    case "samples": {
      const name = sampleName(request.run, request.position);
      return { ...ui, samples: { ...ui.samples, [name]: result as Answer<"samples"> } };
    }
    case "compare":
      return { ...ui, comparison: result as Answer<"compare"> };
    case "verify":
      return verified(ui, (result as Answer<"verify">).seals);
    case "cancel":
      return cancelling(ui, result as Answer<"cancel">);
    case "retire":
      return dropped(ui, result as Answer<"retire">);
    case "export":
      return say(ui, exportedInWords(result as Answer<"export">), "good");
    case "adopt":
      return adopted(ui, result as Answer<"adopt">);
    case "validate":
    case "check":
    case "doctor":
    case "partition":
    case "db":
    case "outcome":
    case "database":
      return ui;
  }
}

type Answer<Kind extends Reply["request"]["kind"]> = Extract<Reply, { request: { kind: Kind } }>["result"];

const tooLate = "Too late to cancel this month: its commit is under way.";

function cancelling(ui: Ui, { committing }: Answer<"cancel">): Ui {
  if (ui.live === null || ui.live.outcome !== null) return ui;
  return committing ? say(ui, tooLate, "warn") : { ...ui, live: { ...ui.live, cancelling: true } };
}

function dropped(ui: Ui, { as_of, snapshots }: Answer<"retire">): Ui {
  const [home, ...rest] = ui.stack;
  const unmarked = rest.map((place) =>
    place.screen === "snapshots" ? { ...place, marked: place.marked.filter((other) => other !== as_of) } : place,
  );
  const told = `${as_of}: ${formatCounted(snapshots.length, "snapshot")} dropped; the ledger keeps the record.`;
  return { ...say(ui, told, "good"), stack: [home, ...unmarked], snapshots: null, comparison: null };
}

function adopted(ui: Ui, { dates }: Answer<"adopt">): Ui {
  const told = `${dates.map(({ as_of }) => as_of).join(", ")}: sealed as found; the next month runs as usual.`;
  return { ...say(ui, told, "good"), snapshots: null, runs: null };
}

function exportedInWords({ file, rows, columns, bytes, labels_from }: Answer<"export">): string {
  const size = `${formatCounted(rows, "row")}, ${formatCounted(columns.length, "column")}, ${formatBytes(bytes)}`;
  return `Wrote ${file}: ${size}, labels of ${labels_from}.`;
}

function verified(ui: Ui, checks: Answer<"verify">["seals"]): Ui {
  const seals = Object.fromEntries(checks.map((check) => [sealName(check), check]));
  const wrong = checks.filter((check) => check.state !== "intact");
  const [first] = wrong;
  const told =
    first === undefined
      ? say(ui, `All ${checks.length} seals are intact.`, "good")
      : say(ui, `${wrong.length} of ${checks.length} seals differ, first ${first.table} at ${first.as_of}.`, "bad");
  return { ...told, seals };
}

const toldAtOnce = new Set<Request["kind"]>(["retire", "export", "verify", "adopt"]);

export function onRefusal(before: Ui, refusal: { request: Request; title: string; hint: string }): Ui {
  const { request, title, hint } = refusal;
  if (request.kind === "run") return onEnded(before, { title, hint });
  const waiting = before.waiting.filter((other) => other !== request.kind);
  // Nothing on the screen waits for these: they were asked for by a key, and are told of in the same place.
  if (toldAtOnce.has(request.kind)) {
    return say({ ...before, waiting }, `${escapeControl(title)} ${escapeControl(hint)}`, "bad");
  }
  return { ...before, waiting, refusals: { ...before.refusals, [JSON.stringify(request)]: { title, hint } } };
}

function without<Value>(all: Readonly<Record<string, Value>>, name: string): Readonly<Record<string, Value>> {
  if (!(name in all)) return all;
  const { [name]: _gone, ...rest } = all;
  return rest;
}

export function onEvent(ui: Ui, event: RunEvent): Ui {
  if (ui.live === null) return ui;
  const { live } = ui;
  const line = logLine(event, live.current?.mode ?? null, glyphsOf(ui.look));
  const log = line === null ? live.log : [...live.log.slice(-logKept), line];
  // What comes after a last word is another run's, even if it never got as far as its beginning.
  const isNext = event.event === "run.started" || (event.event === "run.failed" && live.current?.end != null);
  const past = isNext && live.current !== null ? [...live.past, live.current] : live.past;
  const current = fold(isNext ? null : live.current, event);
  return { ...ui, live: { ...live, current, past, log, entered: enteredBy(live, event) } };
}

function enteredBy(live: Live, event: RunEvent): Live["entered"] {
  if (event.event === "run.started") return {};
  return event.event === "stage.started" ? { ...live.entered, [event.stage]: event.at } : live.entered;
}

/** The run is over: what the ledger says of it is new, and is asked for again. */
export function onEnded(ui: Ui, outcome: NonNullable<Live["outcome"]>): Ui {
  if (ui.live === null || ui.live.outcome !== null) return ui;
  const wasCancelling = ui.overlay?.kind === "confirm" && ui.overlay.question.effects[0]?.do === "ask";
  const heard = ui.notice?.text === asking ? { ...ui, notice: null } : ui;
  const told = here(ui).screen === "run" ? heard : say(ui, outcomeInWords(ui.live.current), "plain");
  return {
    ...told,
    live: { ...ui.live, outcome, cancelling: false },
    stack: withRunNamed(ui.stack, ui.live.current?.run ?? null),
    // A question about cancelling has become pointless.
    overlay: wasCancelling ? null : ui.overlay,
    runs: null,
    snapshots: null,
    refusals: {},
  };
}

/** Expectations that were looked at while they were evaluated: from now on the ledger has the values behind them. */
function withRunNamed([home, ...rest]: Ui["stack"], run: number | null): Ui["stack"] {
  const named = rest.map((place) =>
    place.screen === "validation" && place.run === null && run !== null ? { ...place, run } : place,
  );
  return [home, ...named];
}

/** For the one who looks at something else meanwhile. */
function outcomeInWords(state: RunState | null): string {
  if (state === null) return "The run is over; 4 shows it.";
  return `${headline(state)}; 4 shows it.`;
}

const asking = "The pipeline ended during the run: asking the ledger what became of it.";

/** What became of a run that went on is told by its own last word, once the ledger was asked. */
export function onDied(ui: Ui, exit: PipelineExit): Ui {
  const told = isRunning(ui) ? say(ui, asking, "warn") : ui;
  return { ...told, link: { state: "dead", exit }, waiting: [] };
}
