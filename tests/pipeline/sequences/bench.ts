import type { EventOf, RunEvent } from "../../../src/core/messages/events.ts";
import type { RunRequest } from "../../../src/core/messages/requests.ts";
import { runMonths } from "../../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../../src/pipeline/session/session.ts";
import { emptied, migrated } from "../../helpers/database.ts";
import { type DropFolder, dropFolder } from "../../helpers/drops.ts";
import { lastOf, type RunFlags, runRequest } from "../../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { delivery, extraColumn, extraTable, firstUsers, frozenTables, nameOf, writeDelivery } from "./deliveries.ts";

/** How a request for runs ended: the exit code, and what each of its runs said last. */
export interface Ended {
  exit: number;
  finished: EventOf<"run.finished">[];
  failed: EventOf<"run.failed"> | undefined;
  events: RunEvent[];
}

/** A database and a folder of drops, and a console in this process that is opened anew whenever the schema may be another. */
export interface Bench {
  database: TestDatabase;
  drops: DropFolder;
  /** The console's session; rejects when it cannot be opened, as that of a program that is started now would. */
  session(): Promise<Session>;
  /** Leave the session: the next that is asked for is another. */
  leave(): Promise<void>;
  run(selection: RunRequest["selection"], flags?: RunFlags, onEvent?: (event: RunEvent) => void): Promise<Ended>;
  /** As before the first run, with the first files of each month. */
  reset(months: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

export async function bench(): Promise<Bench> {
  const database = await testDatabase(migrated);
  const drops = dropFolder();
  const settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
  let opened: Promise<Session> | undefined;
  const open = async () => {
    const session = await openSession(await reachDatabase(settings));
    return { ...session, dataset: withoutOpinions(session.dataset) };
  };
  const session = () => {
    opened ??= open();
    return opened;
  };
  const leave = async () => {
    const last = await opened?.catch(() => undefined);
    opened = undefined;
    await last?.close();
  };
  return {
    database,
    drops,
    session,
    leave,
    async run(selection, flags = {}, onEvent = () => {}) {
      const events: RunEvent[] = [];
      const request = { ...runRequest([], flags), selection };
      const hear = (event: RunEvent) => {
        events.push(event);
        onEvent(event);
      };
      const opening = () => ({ reached: session(), opened: session() });
      const { signal } = new AbortController();
      const exit = await runMonths({ first: opening(), again: opening, tell: () => {} }, request, hear, signal);
      return { exit, events, finished: events.filter(isFinished), failed: lastOf(events, "run.failed") };
    },
    async reset(months) {
      for (const table of [extraTable, frozenTables[extraTable] ?? ""]) {
        await database.sql`alter table ${database.sql(table)} drop column if exists ${database.sql(extraColumn)}`;
      }
      // A session that could not be opened must not be remembered, and one that was has another table's shape in mind.
      await leave();
      await emptied(database.sql);
      drops.empty();
      for (const month of months) writeDelivery(drops, month, delivery(month, firstUsers(month)));
    },
    async close() {
      await leave();
      drops.remove();
      await database.drop();
    },
  };
}

function isFinished(event: RunEvent): event is RunEvent & EventOf<"run.finished"> {
  return event.event === "run.finished";
}

/** Months by number, oldest first, as a request names them. */
export const monthsOf = (...months: number[]) => ({ months: months.map(nameOf) });

/** Neither expectations, row counts nor drift stand in the way of what is drawn. */
function withoutOpinions({ drift: _, ...dataset }: Session["dataset"]): Session["dataset"] {
  const never = { warn: Number.MAX_VALUE, reject: Number.MAX_VALUE };
  const tables = dataset.tables.map((table) => ({ ...table, suite: null }));
  return { ...dataset, tables, rows: { shrink: never, grow: never } };
}
