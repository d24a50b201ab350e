import type { PipelineExit } from "../../client/pipeline.ts";
import { headline } from "../../client/run-words.ts";
import { fold } from "../../client/state.ts";
import { formatBytes, formatCounted } from "../../core/format.ts";
import { isLastWord, type RunEvent } from "../../core/messages/events.ts";
import type { Replies, Request, RequestOf, RunRequest } from "../../core/messages/requests.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { key } from "../drawing/keys-in-words.ts";
import { withProfiles } from "../model/columns/requests.ts";
import { findingsIn } from "../model/findings.ts";
import { logLine } from "../model/log.ts";
import {
  type Ask,
  here,
  isRunning,
  type Live,
  type Place,
  type Reply,
  sampleName,
  sealName,
  type Ui,
} from "../model/model.ts";
import { withPage } from "../model/values.ts";
import { readAgain } from "./needs.ts";
import { say } from "./stack.ts";

/** What the pipeline does to the state: its answers, its events, its end. */

const logKept = 5_000;

export function onStart(ui: Ui, request: RunRequest): Ui {
  const live: Live = { request, current: null, past: [], log: [], outcome: null, cancelling: false, isListed: false };
  return { ...ui, live };
}

export function onReply(before: Ui, { request, result }: Reply): Ui {
  const { [JSON.stringify(request)]: _mended, ...refusals } = before.refusals;
  const waiting = before.waiting.filter((kind) => kind !== request.kind);
  const take = takers[request.kind] as Taker<typeof request.kind> | undefined;
  const ui: Ui = { ...before, link: { state: "ready" }, refusals, waiting };
  return take === undefined ? ui : take(ui, result as never, request as never);
}

type Taker<Kind extends Ask["kind"]> = (ui: Ui, result: Replies[Kind], request: RequestOf<Kind>) => Ui;

/** What each answer changes; those that no screen asks for are not among them. */
const takers: { [Kind in Ask["kind"]]?: Taker<Kind> } = {
  months(ui, result) {
    const live = ui.live && { ...ui.live, isListed: ui.live.outcome !== null };
    return { ...ui, ...result, live };
  },
  runs: (ui, result) => ({ ...ui, ...result }),
  snapshots: (ui, result) => ({ ...ui, ...result }),
  show: (ui, result, { run }) => ({ ...ui, details: { ...ui.details, [run]: result } }),
  history: (ui, { series }, { run, every }) =>
    every === true ? { ...ui, trends: { [run]: series } } : { ...ui, history: { ...ui.history, [run]: series } },
  samples: (ui, result, { run, position }) => ({
    ...ui,
    samples: { ...ui.samples, [sampleName(run, position)]: result },
  }),
  values(ui, result, request) {
    const name = sampleName(request.run, request.position);
    return { ...ui, values: { [name]: withPage(ui.values[name], request, result) } };
  },
  profile: (ui, { profiles }, request) => ({ ...ui, profiles: withProfiles(ui.profiles, request, profiles) }),
  profiling(ui, { profiled, known }) {
    const rest = known === 0 ? "" : `, ${formatCounted(known, "other")} had one`;
    const told =
      profiled.length === 0
        ? "All snapshots have a profile."
        : `Profiled: ${formatCounted(profiled.length, "snapshot")}${rest}.`;
    return { ...say(ui, told, "good"), profiles: {}, refusals: {} };
  },
  compare: (ui, comparison) => ({ ...ui, comparison }),
  suites: (ui, result) => ({ ...ui, ...result }),
  doctor: (ui, result, request) => ({ ...ui, findings: { [JSON.stringify(request)]: findingsIn(result) } }),
  check: (ui, result, request) => ({ ...ui, findings: { [JSON.stringify(request)]: findingsIn(result) } }),
  verify(before, { seals }) {
    const ui = { ...before, seals: Object.fromEntries(seals.map((seal) => [sealName(seal), seal])) };
    const wrong = seals.filter(({ state }) => state !== "intact");
    const [first] = wrong;
    if (first === undefined) return say(ui, `All ${seals.length} seals are intact.`, "good");
    return say(ui, `${wrong.length} of ${seals.length} seals differ, first ${first.table} at ${first.as_of}.`, "bad");
  },
  cancel(ui, { committing }) {
    if (ui.live === null || ui.live.outcome !== null) return ui;
    if (committing) return say(ui, "Too late to cancel this month: its commit is under way.", "warn");
    return { ...ui, live: { ...ui.live, cancelling: true } };
  },
  retire(ui, { as_of, snapshots }) {
    const stack = withPlaces(ui, (place) =>
      place.screen === "snapshots" ? { ...place, marked: place.marked.filter((other) => other !== as_of) } : place,
    );
    const told = `${as_of}: ${formatCounted(snapshots.length, "snapshot")} dropped; the ledger keeps the record.`;
    return { ...say(ui, told, "good"), stack, snapshots: null, comparison: null, profiles: {} };
  },
  export(ui, { file, rows, columns, bytes, labels_from }) {
    const size = `${formatCounted(rows, "row")}, ${formatCounted(columns.length, "column")}, ${formatBytes(bytes)}`;
    return say(ui, `Wrote ${file}: ${size}, labels of ${labels_from}.`, "good");
  },
  adopt(ui, { dates }) {
    const told = `${dates.map(({ as_of }) => as_of).join(", ")}: sealed as found; the next month runs as usual.`;
    return { ...say(ui, told, "good"), snapshots: null, runs: null, profiles: {} };
  },
};

function withPlaces({ stack: [home, ...rest] }: Ui, change: (place: Place) => Place): Ui["stack"] {
  return [home, ...rest.map(change)];
}

const toldAtOnce = new Set<Request["kind"]>(["retire", "export", "verify", "adopt", "profiling"]);

export function onRefusal(before: Ui, refusal: { request: Request; title: string; hint: string }): Ui {
  const { request, title, hint } = refusal;
  if (request.kind === "run") return onEnded(before, { title, hint });
  const waiting = before.waiting.filter((other) => other !== request.kind);
  // Nothing on the screen waits for these: they were asked for by a key, and are told of in the same place.
  if (toldAtOnce.has(request.kind)) {
    return say({ ...before, waiting }, `${title} ${hint}`, "bad");
  }
  const notice = before.notice?.text === readAgain ? null : before.notice;
  return { ...before, notice, waiting, refusals: { ...before.refusals, [JSON.stringify(request)]: { title, hint } } };
}

export function onEvent(ui: Ui, event: RunEvent): Ui {
  if (ui.live === null) return ui;
  const { live } = ui;
  const line = logLine(event, live.current?.mode ?? null, glyphsOf(ui.look));
  const log = line === null ? live.log : [...live.log.slice(-logKept), line];
  // What comes after a last word is another run's, even if it never got as far as its beginning.
  const isOver = live.current?.end != null;
  const isNext = event.event === "run.started" || (isOver && isLastWord(event));
  const past = isNext && live.current !== null ? [...live.past, live.current] : live.past;
  const current = fold(isNext ? null : live.current, event);
  return { ...ui, live: { ...live, current, past, log } };
}

/** The run is over: what the ledger says of it is new, and is asked for again. */
export function onEnded(ui: Ui, outcome: NonNullable<Live["outcome"]>): Ui {
  if (ui.live === null || ui.live.outcome !== null) return ui;
  const { current } = ui.live;
  const asked = ui.overlay?.kind === "confirm" ? ui.overlay.question.effect.do : null;
  const heard = ui.notice?.text === asking ? { ...ui, notice: null } : ui;
  // For the one who looks at something else meanwhile.
  const told = `${current === null ? "The run is over" : headline(current)}; ${key("4")} shows it.`;
  const run = current?.run ?? null;
  return {
    ...(here(ui).screen === "run" ? heard : say(ui, told)),
    live: { ...ui.live, outcome, cancelling: false },
    // Expectations that were looked at while they were evaluated: from now on the ledger has the values behind them.
    stack: withPlaces(ui, (place) => (place.screen === "validation" && place.run === null ? { ...place, run } : place)),
    // A question about cancelling, or about leaving nevertheless, has become pointless.
    overlay: asked === "ask" || asked === "quit" ? null : ui.overlay,
    runs: null,
    snapshots: null,
    profiles: {},
    refusals: {},
  };
}

const asking = "The pipeline ended during the run: asking the ledger what became of it.";

/** What became of a run that went on is told by its own last word, once the ledger was asked. */
export function onDied(ui: Ui, exit: PipelineExit): Ui {
  const told = isRunning(ui) ? say(ui, asking, "warn") : ui;
  return { ...told, link: { state: "dead", exit }, waiting: [] };
}
