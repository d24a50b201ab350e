import type { Dataset } from "../../core/dataset.ts";
import { messageOf } from "../../core/errors.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import type { Environment } from "../../core/settings.ts";
import { isLineageAsked } from "../../outlets/lineage/settings.ts";
import type { Lineage } from "./lineage.ts";
import type { Over } from "./tell-outside.ts";

/** Tell those outside what became of runs: by their last words, or by the ledger where a process died before its own. */
export async function tellIfWanted(over: Over, told: readonly RunEvent[] | RunDetail): Promise<void> {
  if ("run" in told && told.mode === "dry_run") return;
  if ("run" in told && over.session !== null && isLineageAsked(process.env)) {
    const { tellLineageOf } = await import("./lineage.ts");
    await tellLineageOf(told, { ...over, session: over.session }).catch((thrown) =>
      over.warn(`Lineage was not told of run ${told.run}: ${messageOf(thrown)}`),
    );
  }
  if (!isWanted(over.request, over.session?.dataset ?? null, process.env)) return;
  const { endingIn, endingOf, tellOutside } = await import("./tell-outside.ts");
  if ("run" in told) return tellOutside(over, [endingOf(told)], []);
  const endings = told.flatMap((event) => endingIn(event, over.request) ?? []);
  await tellOutside(over, endings, told);
}

/** Tell of runs whose whole console was killed: whoever runs next finds them dead. */
export async function tellOfCrashed({ session, ...over }: Over, runs: readonly number[]): Promise<void> {
  if (session === null || runs.length === 0) return;
  const { metrics: _, ...request } = over.request;
  const { browseRun } = await import("../answers/browse.ts");
  for (const run of runs) {
    const detail = await browseRun(session, run).catch(() => null);
    if (detail !== null) await tellIfWanted({ ...over, session, request }, detail);
  }
}

/** Whether there is anybody: what tells them is loaded for nobody else. */
function isWanted(
  request: Pick<RunRequest, "metrics">,
  dataset: Pick<Dataset, "notify"> | null,
  env: Environment,
): boolean {
  return request.metrics !== undefined || Boolean(env.STREAMFLOW_NOTIFY_URL) || dataset?.notify !== undefined;
}

/** What tells of runs while they go on; null where nobody asks for it. */
export async function lineageIfWanted(
  { dry_run }: Pick<RunRequest, "dry_run">,
  ...means: Parameters<typeof import("./lineage.ts").lineageOf>
): Promise<Lineage | null> {
  if (dry_run || !isLineageAsked(process.env)) return null;
  const { lineageOf } = await import("./lineage.ts");
  return lineageOf(...means);
}
