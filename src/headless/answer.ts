import type { Pipeline } from "../client/pipeline.ts";
import type { Replies, RequestKind, RequestOf } from "../core/messages/requests.ts";
import { shownJson } from "../core/text.ts";
import type { Output } from "./views/output.ts";
import type { View } from "./views/table.ts";

/** What a command has to work with. */
export interface Context {
  output: Output;
  json: boolean;
  quiet: boolean;
}

/** Requests whose answer the command line shows. */
export type ShownKind = Exclude<
  RequestKind,
  | "run"
  | "samples"
  | "values"
  | "history"
  | "observed"
  | "results"
  | "dataset"
  | "suites"
  | "database"
  | "cancel"
  | "outcome"
>;

/** How each answer is shown; loaded when one is asked for. */
const views: { [Kind in ShownKind]: (request: RequestOf<Kind>) => Promise<View<Replies[Kind]>> } = {
  months: async () => (await import("./views/months.ts")).monthsView,
  snapshots: async () => (await import("./views/snapshots/seals.ts")).snapshotsView,
  verify: async () => (await import("./views/snapshots/seals.ts")).sealsView,
  retire: async () => (await import("./views/snapshots/seals.ts")).retirementView,
  runs: async () => (await import("./views/runs.ts")).runsView,
  show: async () => (await import("./views/show.ts")).showView,
  profile: async ({ column }) => (await import("./views/profiles/profile.ts")).profileView(column),
  profiling: async () => (await import("./views/profiles/profiling.ts")).profilingView,
  compare: async () => (await import("./views/snapshots/compare.ts")).compareView,
  export: async () => (await import("./views/snapshots/training.ts")).exportView,
  feast: async () => (await import("./views/snapshots/training.ts")).feastView,
  validate: async () => (await import("./views/checks.ts")).validationView,
  propose: async () => (await import("./views/checks.ts")).proposalView,
  init: async () => (await import("./views/datasets.ts")).datasetView,
  check: async () => (await import("./views/checks.ts")).checkView,
  suggest: async () => (await import("./views/checks.ts")).suggestionView,
  adopt: async () => (await import("./views/adoption.ts")).adoptionView,
  async db({ action }) {
    const { serverView, urlView } = await import("./views/health.ts");
    return action === "url" ? urlView : serverView;
  },
  doctor: async () => (await import("./views/health.ts")).doctorView,
  grants: async () => (await import("./views/health.ts")).grantsView,
  distribute: async () => (await import("./views/cluster.ts")).distributionView,
  partition: async () => (await import("./views/health.ts")).partitionView,
};

export function isShown(kind: RequestKind): kind is ShownKind {
  return Object.hasOwn(views, kind);
}

export function viewOf<Kind extends ShownKind>(kind: Kind, request: RequestOf<Kind>): Promise<View<Replies[Kind]>> {
  return views[kind](request);
}

/** Ask the pipeline for something and show its answer; resolves to the exit code. Closes the pipeline. */
export async function answer<Kind extends ShownKind>(
  kind: Kind,
  request: RequestOf<Kind>,
  pipeline: Pipeline,
  { output: { out, err }, json, quiet }: Context,
): Promise<number> {
  let closed: Promise<void> | undefined;
  try {
    // The view is loaded while the subprocess starts.
    const [reply, view] = await Promise.all([pipeline.call(request), viewOf(kind, request)]);
    // It leaves while its answer is shown.
    closed = pipeline.close();
    // Made even when nothing is printed: what cannot be shown is an error either way.
    const text = json ? `${shownJson(view.json?.(reply) ?? reply)}\n` : view.text(reply, out);
    if (json || !quiet) out.write(text);
    const note = json || quiet ? null : view.note?.(reply);
    if (note) err.write(`${note}\n`);
    return view.exitCode?.(reply) ?? 0;
  } finally {
    await (closed ?? pipeline.close());
  }
}
