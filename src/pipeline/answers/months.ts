import type { Dataset } from "../../core/dataset.ts";
import type { DropFile, MonthEntry, MonthState, RunEntry } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { asOfOf, type MonthName, monthIndex } from "../../core/month.ts";
import { onOne, type Queryable } from "../../postgres/connection/connect.ts";
import { lockHolder } from "../../postgres/connection/lock.ts";
import { lastRuns } from "../../postgres/ledger/queries.ts";
import { sealsWithoutRows } from "../../postgres/snapshots/unsealed.ts";
import { lackingMonths } from "../drop/due.ts";
import { numbersOf, today } from "../drop/lacking.ts";
import { dropsOnDisk, filesUnmoved, type MonthOnDisk } from "../drop/months.ts";
import { isPassed, isPending, type Past, readPast, stampInTheWay, stampOf } from "../drop/past.ts";
import type { Session } from "../session/session.ts";

/** Every month on disk or in the ledger, newest first. */
export async function browseMonths(session: Session): Promise<Replies["months"]> {
  const { dataset, server } = session;
  const [onDisk, { past, runs, gone }] = await Promise.all([
    dropsOnDisk(session),
    onOne(session.sql, (sql) => recorded(sql, session)),
  ]);
  const lost = new Set(gone.map(({ as_of }) => as_of));
  const unsealed = new Set(past.stamps.filter(({ sealed }) => !sealed).map(({ as_of }) => as_of));
  const names = new Set([...onDisk, ...past.publications, ...runs].map(({ month }) => month));
  const months = [...names]
    .filter((name): name is MonthName => monthIndex(name) !== undefined)
    .map((month): MonthEntry => {
      const disk = onDisk.find((one) => one.month === month);
      const run = runs.find((one) => one.month === month);
      const usual = asOfOf(monthIndex(month) ?? 0, dataset.first_month);
      const asOf = stampOf(month, past) ?? usual;
      return {
        month,
        as_of: asOf,
        own_stamp: asOf !== usual,
        state: stateOf(month, asOf, disk, run, past, lost),
        due_since: null,
        files: (disk?.files ?? []).map(listed),
        last_run: run ?? null,
      };
    });
  months.push(...lackingEntries(names, dataset));
  months.sort((a, b) => (monthIndex(b.month) ?? 0) - (monthIndex(a.month) ?? 0));
  return { months, server, unsealed_dates: [...unsealed] };
}

/** What the ledger and the tables have of the months. */
async function recorded(sql: Queryable, session: Session) {
  const { dataset, tables } = session;
  const running = lockHolder(sql, dataset.name).then((holder) => lastRuns(sql, dataset.name, holder));
  const [past, runs] = await Promise.all([readPast(sql, session), running]);
  return { past, runs, gone: await sealsWithoutRows(sql, tables, past.seals) };
}

/** What is neither on disk nor in the ledger and should be. */
function lackingEntries(names: ReadonlySet<string>, dataset: Dataset): MonthEntry[] {
  return lackingMonths(numbersOf(names), dataset, today()).map(({ month, state, due_since }) => ({
    month,
    as_of: asOfOf(monthIndex(month) ?? 0, dataset.first_month),
    own_stamp: false,
    state,
    due_since,
    files: [],
    last_run: null,
  }));
}

function listed({ table, path, bytes, present, parts }: DropFile): DropFile {
  const each = parts?.map((part) => ({ path: part.path, bytes: part.bytes }));
  return { table, path, bytes, present, ...(each && { parts: each }) };
}

/** `lost` are the sealed dates whose rows are gone. */
function stateOf(
  month: MonthName,
  asOf: string,
  disk: MonthOnDisk | undefined,
  lastRun: RunEntry | undefined,
  past: Past,
  lost: ReadonlySet<string>,
): MonthState {
  const publication = past.publications.find((one) => one.month === month);
  const seals = past.seals.filter((seal) => seal.month === month);
  if (lastRun?.status === "running") return "running";
  if (seals.some(({ as_of }) => lost.has(as_of))) return "broken";
  // Its seals were taken out of the ledger.
  if (publication !== undefined && !publication.dropped && seals.length === 0) return "unsealed";
  if (publication?.mode === "adopt" && !publication.dropped) return "adopted";
  if (disk === undefined) return "gone";
  if (publication !== undefined && filesUnmoved(disk.files, publication)) return publication.dropped ? "dropped" : "ok";
  if (disk.files.some((file) => !file.present)) return "incomplete";
  if (lastRun?.status === "crashed") return "crashed";
  if (lastRun !== undefined && lastRun.status !== "published") return "failed";
  if (publication !== undefined) return publication.dropped ? "dropped" : "changed";
  if (past.stamps.some(({ sealed, index }) => !sealed && index === monthIndex(month))) return "unsealed";
  if (isPassed(month, past)) return "out_of_order";
  if (stampInTheWay(month, asOf, past) !== undefined) return "stamp_taken";
  return isPending(month, past) ? "new" : "unsealed";
}
