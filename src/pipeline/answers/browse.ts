import type { Dataset } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import type { Seal } from "../../core/messages/events.ts";
import type { RunDetail, RunFailure } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { onOne, type Queryable } from "../../postgres/connection/connect.ts";
import { lockHolder } from "../../postgres/connection/lock.ts";
import { type LedgerRun, listRuns, showRun } from "../../postgres/ledger/queries.ts";
import { allObservations, type Observation, observations } from "../../postgres/ledger/standing.ts";
import { listSeals } from "../../postgres/snapshots/seals.ts";
import { areSealedNow, countUnsealed, unsealedDates } from "../../postgres/snapshots/unsealed.ts";
import type { LedgerSession, Session } from "../session/session.ts";

export async function browseSnapshots(session: Session): Promise<Replies["snapshots"]> {
  const { dataset, tables } = session;
  const read = async (sql: Queryable): Promise<Replies["snapshots"]> => {
    const seals = await listSeals(sql, dataset.name);
    const dates = await unsealedDates(sql, tables, seals);
    if (await areSealedNow(sql, dataset.name, dates)) return read(sql);
    return { unsealed: await countUnsealed(sql, tables, dates), snapshots: seals };
  };
  const { unsealed, snapshots } = await onOne(session.sql, read);
  return {
    unsealed,
    snapshots: snapshots.sort((a, b) => (a.as_of < b.as_of ? -1 : a.as_of > b.as_of ? 1 : byManifest(dataset, a, b))),
  };
}

export async function browseRuns({ sql, dataset }: LedgerSession): Promise<Replies["runs"]> {
  return { runs: await listRuns(sql, dataset.name, await lockHolder(sql, dataset.name)) };
}

export async function browseRun({ sql, dataset }: LedgerSession, run: number): Promise<RunDetail> {
  const detail = await showRun(sql, dataset.name, run, await lockHolder(sql, dataset.name));
  if (detail === null) {
    throw new ConsoleError("unknown_run", `The ledger has no run ${run}.`, {
      hint: "`runs` lists the runs there are.",
    });
  }
  const inOrder = detail.snapshots.toSorted((a, b) => byManifest(dataset, a, b));
  const source = (seal: Seal) => dataset.tables.find((table) => table.snapshot === seal.table)?.name ?? null;
  const snapshots = inOrder.map((seal) => ({ ...seal, source: source(seal) }));
  return { ...detail, snapshots, failure: failureOf(detail) };
}

/** In the manifest's order; tables that it names no more come last, by name. */
function byManifest({ tables }: Dataset, one: Seal, other: Seal): number {
  const place = (seal: Seal) => {
    const index = tables.findIndex((table) => table.snapshot === seal.table);
    return index < 0 ? tables.length : index;
  };
  return place(one) - place(other) || (one.table < other.table ? -1 : 1);
}

/** A run that crashed left no word on why; what follows from that is known all the same. */
function failureOf({ status, failure }: LedgerRun): RunFailure | null {
  if (status !== "crashed" || failure !== null) return failure;
  return {
    stage: null,
    code: "pipeline_died",
    title: "It ended without a last word: its process died, or the server was away when it failed.",
    hint: "Nothing was published: the server rolled back all that it had open. Run the month again, unless a later run has.",
    fault_count: 0,
    fault_groups: [],
    reject_file: null,
  };
}

/** Publications that a sparkline shows before its run. */
const fewBefore = 6;

/** What each of a run's expectations observed in the publications before it, for the sparklines; `every` for all of them. */
export async function browseHistory(
  { sql, dataset }: LedgerSession,
  run: number,
  every = false,
): Promise<Replies["history"]> {
  const observed = await observations(sql, dataset.name, run, every ? null : fewBefore);
  const series = Map.groupBy(observed, ({ position }) => position);
  const pointsOf = (observed: readonly Observation[]) => observed.map(({ position: _, ...point }) => point);
  return { series: [...series].map(([position, observed]) => ({ position, points: pointsOf(observed) })) };
}

/** What the expectations of all runs observed. */
export async function browseObserved({ sql, dataset }: LedgerSession): Promise<Replies["observed"]> {
  return { runs: await allObservations(sql, dataset.name) };
}

/** What the dataset is called and made of. */
export function browseDataset({ dataset, tables }: Session): Replies["dataset"] {
  const keyOf = (name: string) => tables.find((table) => table.name === name)?.live.key ?? [];
  return {
    name: dataset.name,
    first_month: dataset.first_month,
    values: dataset.report?.values ?? true,
    tables: dataset.tables.map(({ name, file, snapshot }) => ({ table: name, file, snapshot, key: keyOf(name) })),
  };
}
