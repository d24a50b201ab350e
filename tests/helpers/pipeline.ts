import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { EventName, EventOf, RunEvent } from "../../src/core/messages/events.ts";
import type { RunRequest } from "../../src/core/messages/requests.ts";
import type { Settings } from "../../src/core/settings.ts";
import type { Session } from "../../src/pipeline/session/session.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import { migrated } from "./database.ts";
import { type DropFolder, dropFolder } from "./drops.ts";
import { type TestDatabase, testDatabase } from "./server.ts";

export interface Ran {
  exitCode: number;
  events: RunEvent[];
}

const plain = { as_of: null, dry_run: false, restamp: false, backfill: false, force: false };

export type RunFlags = Partial<Omit<RunRequest, "kind" | "selection">>;

/** A run request for the named months, with what differs from an ordinary run. */
export function runRequest(months: string[], flags: RunFlags = {}): RunRequest {
  return { kind: "run", selection: { months }, ...plain, ...flags };
}

/** The subprocesses in use, by database: a test runs several months in one, as a terminal UI does. */
const pipelines = new Map<string, Pipeline>();

/** Run months in a pipeline subprocess, to the end. It stays until `closePipelines`. */
export async function runMonths(settings: Settings, months: string[], flags: RunFlags = {}): Promise<Ran> {
  const place = JSON.stringify(settings);
  const pipeline = pipelines.get(place) ?? startPipeline(settings);
  pipelines.set(place, pipeline);
  const events: RunEvent[] = [];
  const { exit_code } = await pipeline.call(runRequest(months, flags), (event) => events.push(event));
  return { exitCode: exit_code, events };
}

/** Run months in a subprocess that is there, and resolve to all that it tells. */
export async function ranIn(pipeline: Pipeline, months: string[], flags: RunFlags = {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await pipeline.call(runRequest(months, flags), (event) => events.push(event));
  return events;
}

/** For the end of a test, before its database is dropped. */
export async function closePipelines(): Promise<void> {
  await Promise.all([...pipelines.values()].map((pipeline) => pipeline.close()));
  pipelines.clear();
}

/** The last event of this name. */
export function lastOf<Name extends EventName>(events: readonly RunEvent[], name: Name): EventOf<Name> | undefined {
  return events.findLast((event): event is RunEvent & EventOf<Name> => event.event === name);
}

const published = [
  ...["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"],
  ...["subscriptions_profile_snapshots", "usage_agg_30d_snapshots"],
  ...["payments_agg_90d_snapshots", "support_agg_90d_snapshots", "labels_snapshots"],
];

/** Every cell of every live and snapshot table, as text: equal digests mean an equal database. */
export async function digest(sql: Sql): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for (const table of published) {
    const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(table)} t order by 1`;
    for (const { row } of rows) hash.update(`${table}\0${row}\0`);
  }
  return hash.digest("hex");
}

/** A migrated database, a folder for drops, and the pipeline over both. */
export interface Workplace {
  database: TestDatabase;
  drops: DropFolder;
  pipeline: Pipeline;
  close(): Promise<void>;
}

export async function workplace(): Promise<Workplace> {
  const database = await testDatabase(migrated);
  const drops = dropFolder();
  const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
  const close = async () => {
    await pipeline.close();
    drops.remove();
    await database.drop();
  };
  return { database, drops, pipeline, close };
}

/** A session that is open, as `runMonths` takes one that is being opened. */
export function openedAs(session: Session) {
  const opening = () => ({ reached: Promise.resolve(session), opened: Promise.resolve(session) });
  return { first: opening(), again: opening, tell: () => {} };
}
