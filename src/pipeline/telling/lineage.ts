import { hostname } from "node:os";
import { resolve } from "node:path";
import { version } from "../../../package.json";
import { messageOf } from "../../core/errors.ts";
import type { EventOf, RunEvent } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import { monthIndex, monthName } from "../../core/month.ts";
import { isInBucket } from "../../core/settings.ts";
import {
  type LineageEvent,
  type LineageFile,
  type LineageTable,
  lineageEvent,
  type Source,
} from "../../outlets/lineage/events.ts";
import { lineageSetting } from "../../outlets/lineage/settings.ts";
import { type Transport, transportOf } from "../../outlets/lineage/transport.ts";
import { usualPace } from "../../outlets/post.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { CatalogTable } from "../../postgres/catalog/introspect.ts";
import { parseUrl } from "../../postgres/target/url.ts";
import { browseRun } from "../answers/browse.ts";
import { browseProfiles } from "../answers/profiles/read.ts";
import { filesOf } from "../drop/months.ts";
import type { Session } from "../session/session.ts";
import type { Over } from "./tell-outside.ts";

type Place = Pick<Over, "settings" | "warn" | "signal"> & { session: Session };

/** Tells of runs while they go on, in their order, each event once those before it were taken. */
export interface Lineage {
  hear(event: RunEvent): void;
  /** Resolves when all was told. */
  told(): Promise<void>;
}

/** `signal` ends the tries. */
export function lineageOf(warn: Over["warn"], placeOf: () => Promise<Place>, signal: AbortSignal): Lineage {
  let transport: Transport;
  try {
    transport = transportOf(process.env, { ...usualPace, signal });
  } catch (thrown) {
    warn(`No lineage is told: ${messageOf(thrown)}`);
    return { hear() {}, async told() {} };
  }
  let telling = Promise.resolve();
  const say = (event: Told, run: number) => {
    telling = telling
      .then(async () => send(transport, await eventFor(await placeOf(), event, run), warn))
      .catch((thrown) => warn(`Lineage was not told of run ${run}: ${messageOf(thrown)}`));
  };
  let begun: Told | null = null;
  return {
    hear(event) {
      if (event.run === null) return;
      // A month that is as it was begins no run, which its next event tells: the number is that of an older one.
      const before = begun;
      begun = event.event === "run.started" ? event : null;
      if (begun !== null || (event.event === "run.finished" && event.status === "unchanged")) return;
      for (const one of [before, event]) if (one !== null && isTold(one)) say(one, event.run);
    },
    told: () => telling,
  };
}

/** The end of a run that could not tell it itself, as the ledger has it. */
export async function tellLineageOf(detail: RunDetail, place: Place): Promise<void> {
  const event = await withFacts(place, detail.run, detail, {
    eventType: detail.status === "published" ? "COMPLETE" : "FAIL",
    eventTime: detail.finished_at ?? new Date().toISOString(),
    error: detail.failure?.title ?? null,
  });
  await send(transportOf(process.env, { ...usualPace, signal: place.signal }), event, place.warn);
}

type Told = EventOf<"run.started" | "run.finished" | "run.failed" | "run.retried">;

function isTold(event: RunEvent): event is Told {
  return ["run.started", "run.failed", "run.retried", "run.finished"].includes(event.event);
}

async function eventFor(place: Place, event: Told, run: number): Promise<LineageEvent> {
  const detail = await browseRun(place.session, run);
  return withFacts(place, run, detail, {
    eventType: typeOf(event),
    eventTime: event.at,
    error: event.event === "run.failed" || event.event === "run.retried" ? event.title : null,
  });
}

function typeOf(event: Told): LineageEvent["eventType"] {
  if (event.event === "run.started") return "START";
  if (event.event === "run.finished") return "COMPLETE";
  return event.code === "interrupted" || event.code === "terminated" ? "ABORT" : "FAIL";
}

async function withFacts(
  { session }: Place,
  run: number,
  detail: RunDetail,
  said: Pick<LineageEvent, "eventType" | "eventTime" | "error">,
): Promise<LineageEvent> {
  const { dataset, tables } = session;
  const isPublished = said.eventType === "COMPLETE";
  return {
    ...said,
    run: {
      namespace: lineageSetting("namespace", process.env) ?? "default",
      dataset: dataset.name,
      run,
      parent: lineageSetting("parent", process.env) ?? null,
      version,
      database: sourceOf(session),
    },
    files: await inputsOf(session, detail),
    tables: tables.flatMap((table) => outputsOf(table, detail, isPublished)),
  };
}

/** A database by the specification's naming; the embedded one by its home, for it has no port. */
function sourceOf({ url, settings }: Session): Source {
  const { host, port, database } = parseUrl(url);
  if (settings.database === null) {
    return { namespace: `postgres://${hostname()}${encodeURI(resolve(settings.home))}`, name: database };
  }
  return { namespace: `postgres://${host}:${port}`, name: database };
}

async function inputsOf(session: Session, detail: RunDetail): Promise<LineageFile[]> {
  const asked = { kind: "profile" as const, as_of: null, run: detail.run, table: null, column: null };
  const { profiles } = await browseProfiles(session, asked).catch(() => ({ profiles: [] }));
  // What the ledger has not got yet, or never gets of a run that failed, is as it lies there.
  const isWhole = session.tables.every(({ name }) => detail.files.some(({ table }) => table === name));
  const listed = isWhole ? [] : await filesOf(session, monthName(monthIndex(detail.month) ?? 0)).catch(() => []);
  return session.tables.map(({ name, manifest, live }) => {
    const file = detail.files.find(({ table }) => table === name);
    const columns = profiles.find(({ table }) => table === name)?.columns ?? [];
    return {
      table: name,
      path: wholePath((file ?? listed.find(({ table }) => table === name))?.path ?? manifest.file),
      read: file === undefined ? null : { bytes: file.bytes, rows: file.rows },
      fields: fieldsOf(live),
      verdicts: detail.verdicts.filter(({ table }) => table === name),
      columns: Object.fromEntries(
        columns.map(({ column, nulls, distinct, distinct_exact }) => [
          column,
          { nullCount: nulls, ...(distinct_exact && { distinctCount: distinct }) },
        ]),
      ),
    };
  });
}

function wholePath(path: string): string {
  return isInBucket(path) ? path : resolve(path);
}

/** The live table, and its snapshot where it has one; rows are those that the run wrote. */
function outputsOf(
  { live, snapshot }: LoadTable,
  { tables, snapshots }: RunDetail,
  isPublished: boolean,
): LineageTable[] {
  const written = tables.find(({ table }) => table === live.name);
  const rows = isPublished && written?.inserted !== undefined ? written.inserted + (written.updated ?? 0) : null;
  const outputs = [{ name: nameOf(live), rows, fields: fieldsOf(live) }];
  if (snapshot === null) return outputs;
  const sealed = snapshots.find(({ table }) => table === snapshot.table.name)?.rows ?? null;
  return [...outputs, { name: nameOf(snapshot.table), rows: sealed, fields: fieldsOf(snapshot.table) }];
}

function nameOf({ schema, name }: CatalogTable): string {
  return `${schema}.${name}`;
}

function fieldsOf({ columns, declared }: CatalogTable): LineageTable["fields"] {
  return columns.map(({ name, type }, index) => ({ name, type: declared[index] ?? type }));
}

async function send(transport: Transport, event: LineageEvent, warn: Over["warn"]): Promise<void> {
  const why = await transport(lineageEvent(event));
  if (why !== null) warn(`Lineage was not told of run ${event.run.run}: ${why}.`);
}
