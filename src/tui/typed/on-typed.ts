import type { RequestKind, RunRequest } from "../../core/messages/requests.ts";
import { program } from "../../core/self.ts";
import { blank, row } from "../drawing/spans.ts";
import type { TypedRequest } from "../model/known.ts";
import { snapshotsShown } from "../model/lists.ts";
import { type Ask, emptyList, type Question, type Step, type Ui } from "../model/model.ts";
import { adopt, exportDate, verify } from "../state/asking.ts";
import { type Reaction, whenFree } from "../state/binding.ts";
import { askAgain } from "../state/needs.ts";
import { askDrop, askProfile } from "../state/questions.ts";
import {
  askFirst,
  hint,
  livePlace,
  open,
  openFindings,
  openMonths,
  openRuns,
  openSnapshots,
  say,
  showRun,
  stay,
} from "../state/stack.ts";

/** What a line does that was typed: a screen that shows it, a question before anything is changed, or the words of the command line. */

export function onTyped(ui: Ui, line: string, request: TypedRequest): Step {
  const outcome = reactionTo(ui, line, request);
  return typeof outcome === "string" ? stay(say(ui, outcome, "warn")) : outcome;
}

function reactionTo(ui: Ui, line: string, request: TypedRequest): Reaction {
  if (request.kind === "text") return showing(withTold(ui, line, { text: request.text, isGood: true }), line);
  if (request.kind === "report") return stay(hint(ui, "Writing the report …"), { do: "report", request });
  const screen = onScreen(ui, request);
  if (screen !== null) return screen;
  return whenFree((free) => {
    if (request.kind === "run") return askFirst(free, questionOf(free, line, request));
    const asked = askedFirst(free, request);
    if (asked !== null) return asked;
    return isChanging(request) ? askFirst(free, questionOf(free, line, request)) : telling(free, line, request);
  })(ui);
}

/** What has a screen of its own. */
function onScreen(ui: Ui, request: Exclude<TypedRequest, { kind: "text" | "report" }>): Reaction | null {
  switch (request.kind) {
    case "months":
      return openMonths(ui);
    case "runs":
      return openRuns(ui);
    case "snapshots":
      return openSnapshots(ui);
    case "show":
      return showRun(ui, request.run);
    case "compare":
      return stay(open(ui, { screen: "compare", from: request.from, to: request.to, list: emptyList }));
    case "profile":
      return openProfile(ui, request);
    case "check":
      return whenFree((free) => openFindings(free, request))(ui);
    case "doctor":
      return request.notify === true ? null : whenFree((free) => openFindings(free, request))(ui);
    default:
      return null;
  }
}

function openProfile(ui: Ui, { as_of, table, column }: Extract<Ask, { kind: "profile" }>): Reaction | null {
  if (as_of === null) return null;
  if (table === null || column === null) {
    const list = { ...emptyList, filter: column ?? "" };
    return stay(open(ui, { screen: "columns", as_of, table, list }));
  }
  return stay(open(ui, { screen: "column", table, column, at: { as_of, against: null, run: null }, list: emptyList }));
}

/** What the screens ask about in their own way. */
function askedFirst(ui: Ui, request: Ask): Reaction | null {
  switch (request.kind) {
    case "verify":
      return verify(openSnapshots(ui)[0]);
    case "profiling":
      return askFirst(ui, askProfile(ui));
    case "adopt":
      return request.confirmed ? adopt(ui) : null;
    case "retire": {
      if (ui.snapshots === null) return readFirst(ui);
      const list = { screen: "snapshots", list: emptyList, marked: [] } as const;
      const date = snapshotsShown(ui, { ...list, marked: [] }).find(({ as_of }) => as_of === request.as_of);
      return date === undefined ? `There are no snapshots of ${request.as_of}.` : askFirst(ui, askDrop(ui, date));
    }
    case "export":
      if (request.labels_from !== null) return null;
      return ui.snapshots === null ? readFirst(ui) : exportDate(ui, request, request.out);
    default:
      return null;
  }
}

/** What is not known yet is not taken for none: the screen that is opened asks for it. */
function readFirst(ui: Ui): Step {
  return stay(hint(openSnapshots(ui)[0], "The snapshots are read first: type it again once they are here."));
}

/** Whether something is another thing afterwards: data, files, the server, or what somebody was sent. */
function isChanging(request: Ask): boolean {
  if ("confirmed" in request) return request.confirmed;
  if (request.kind === "db") return request.action === "start" || request.action === "stop";
  return changing.has(request.kind);
}

const changing = new Set<RequestKind>(["export", "feast", "propose", "init", "partition", "doctor", "retire"]);

const whatItIs: Partial<Record<RequestKind, string>> = {
  run: "As the command line would do it. Each month is all or nothing: nobody sees any of it until all of it is sound.",
  export: "The file is written, in place of one that is there.",
  feast: "Files are written into that folder; what differs from one that is there is not overwritten without --yes.",
  propose: "A suite is written from the table as it is; one that is there is not overwritten without --yes.",
  init: "A dataset is written; one that is there is not overwritten without --yes.",
  suggest: "What is proposed is written into the manifest.",
  partition: "Every snapshot table without partitions is built anew, with one for each as_of.",
  distribute: "The tables are spread over the nodes of the cluster.",
  db: "This console, and every other of this home, is served by that server.",
  doctor: "Whoever is told of runs is sent a word.",
};

function questionOf(ui: Ui, line: string, request: Ask | RunRequest): Question {
  const words = whatItIs[request.kind] ?? "This changes something.";
  return {
    title: `${line}?`,
    yes: "do it",
    body: [row(words), blank],
    command: `${program} ${line}${ui.flags}`,
    ...(request.kind === "run"
      ? { effect: { do: "run", request }, place: livePlace }
      : { effect: { do: "tell", line, request }, place: placeOf(line) }),
  };
}

const placeOf = (line: string) => ({ screen: "answer", line, list: emptyList }) as const;

function showing(ui: Ui, line: string): Step {
  return stay(open(ui, placeOf(line)));
}

function telling(ui: Ui, line: string, request: Ask): Step {
  const { [line]: _before, ...told } = ui.told;
  return stay(open({ ...ui, told }, placeOf(line)), { do: "tell", line, request });
}

/** Answers that are kept: a few, of which the newest is on show. */
const mostKept = 4;

function withTold(ui: Ui, line: string, told: Ui["told"][string]): Ui {
  const others = Object.entries(ui.told).filter(([other]) => other !== line);
  return { ...ui, told: Object.fromEntries([...others.slice(1 - mostKept), [line, told]]) };
}

/** Where something was changed, what was known is read again. */
export function onTold(
  ui: Ui,
  { line, told, request }: { line: string; told: Ui["told"][string]; request: Ask },
): Step {
  const next = withTold(ui, line, told);
  if (!isChanging(request)) return stay(next);
  return askAgain({ ...next, snapshots: null, runs: null, suites: null, comparison: null, profiles: {}, refusals: {} });
}
