import type { Dataset } from "../../core/dataset.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import type { Environment } from "../../core/settings.ts";
import type { Over } from "./tell-outside.ts";

/** Tell those outside what became of runs: by their last words, or by the ledger where a process died before its own. */
export async function tellIfWanted(over: Over, told: readonly RunEvent[] | RunDetail): Promise<void> {
  if (!isWanted(over.request, over.session?.dataset ?? null, process.env)) return;
  const { endingIn, endingOf, tellOutside } = await import("./tell-outside.ts");
  if ("run" in told) return tellOutside(over, [endingOf(told)], []);
  const endings = told.flatMap((event) => endingIn(event, over.request) ?? []);
  await tellOutside(over, endings, told);
}

/** Whether there is anybody: what tells them is loaded for nobody else. */
function isWanted(
  request: Pick<RunRequest, "metrics">,
  dataset: Pick<Dataset, "notify"> | null,
  env: Environment,
): boolean {
  return request.metrics !== undefined || Boolean(env.STREAMFLOW_NOTIFY_URL) || dataset?.notify !== undefined;
}
