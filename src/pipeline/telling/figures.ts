import { version } from "../../../package.json";
import type { RunEvent } from "../../core/messages/events.ts";
import type { Figures } from "../../outlets/metrics.ts";
import { lockHolder } from "../../postgres/connection/lock.ts";
import { listRuns } from "../../postgres/ledger/queries.ts";
import { listSeals } from "../../postgres/snapshots/seals.ts";
import { compareSnapshots } from "../answers/compare.ts";
import type { LackingMonth } from "../drop/due.ts";
import type { Session } from "../session/session.ts";

/** What there is to measure: of the ledger, of the snapshots, and of what was told of the runs that were asked for. */
export async function figuresOf(
  session: Session,
  told: readonly RunEvent[],
  lacking: readonly LackingMonth[],
): Promise<Figures> {
  const { sql, dataset } = session;
  const runs = await listRuns(sql, dataset.name, await lockHolder(sql, dataset.name));
  const ended = runs.filter(({ mode, status }) => mode !== "dry_run" && status !== "running");
  const dates = [...new Set((await listSeals(sql, dataset.name)).map(({ as_of }) => as_of))].sort();
  const [before, newest] = [dates.at(-2), dates.at(-1)];
  const changes =
    before === undefined || newest === undefined ? [] : (await compareSnapshots(session, before, newest)).tables;
  return {
    dataset: dataset.name,
    console: version,
    last: ended[0] ?? null,
    lastPublished: ended.find(({ status }) => status === "published") ?? null,
    stages: stagesOf(told),
    newest: newest ?? null,
    drift: changes,
    lacking: {
      missing: lacking.filter(({ state }) => state === "missing").length,
      due: lacking.filter(({ state }) => state === "due").length,
    },
  };
}

/** Of the last run alone. */
function stagesOf(told: readonly RunEvent[]): Figures["stages"] {
  const last = told.findLast(({ event }) => event === "stage.finished")?.run;
  const finished = told.filter((event) => event.event === "stage.finished");
  return Object.fromEntries(finished.filter(({ run }) => run === last).map(({ stage, seconds }) => [stage, seconds]));
}
