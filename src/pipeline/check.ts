import type { DropCheck } from "../core/listings.ts";
import { asOfOf, monthIndex } from "../core/month.ts";
import type { Replies, RequestOf } from "../core/requests.ts";
import { openTable } from "../csv/reader.ts";
import { publications } from "../postgres/ledger-queries.ts";
import { dropsOnDisk } from "./drops.ts";
import { DropFaults } from "./faults.ts";
import { type Incoming, incomingOf, sourceOf } from "./incoming.ts";
import { findKeyFaults } from "./keys.ts";
import type { MonthOnDisk } from "./months.ts";
import { rejectsOf } from "./rejects.ts";
import { type RowsBefore, rowCountTrouble, rowsBeforeStamp } from "./row-counts.ts";
import { selectMonths } from "./selection.ts";
import type { Session } from "./session.ts";

/** Read drops as strictly as a run does; no table of the dataset is touched. */
export async function checkDrops(session: Session, { selection }: RequestOf<"check">): Promise<Replies["check"]> {
  const onDisk = await dropsOnDisk(session);
  const published = await publications(session.sql, session.dataset.name);
  const drops: DropCheck[] = [];
  for (const drop of selectMonths(session, { selection, as_of: null }, onDisk, published)) {
    const stamp = asOfOf(monthIndex(drop.month) ?? 0, session.dataset.first_month);
    drops.push(await checkDrop(session, drop, rowsBeforeStamp(stamp, published)));
  }
  return { drops };
}

async function checkDrop(session: Session, drop: MonthOnDisk, rowsBefore: RowsBefore): Promise<DropCheck> {
  const rejects = rejectsOf(session.settings.home, drop.month, "check");
  const faults = new DropFaults(drop.month, rejects.add);
  const incoming = incomingOf(session.tables, drop);
  const files: DropCheck["files"] = [];
  for (const one of incoming) {
    const { table, path, bytes } = one.file;
    const rows = await checkFile(session, one, faults, rejects.add);
    const trouble =
      rows === null ? null : rowCountTrouble({ dataset: session.dataset, rowsBefore }, { table, path, rows });
    if (trouble !== null && "fault" in trouble) faults.add([trouble.fault]);
    files.push({ table, path, bytes, rows });
  }
  await findKeyFaults(session.sql, session, incoming, faults);
  return {
    month: drop.month,
    files,
    fault_count: faults.count,
    fault_groups: faults.groups,
    faults: faults.listed,
    reject_file: await rejects.close(),
  };
}

/** Rows of a sound file, else null. */
async function checkFile(
  session: Session,
  one: Incoming,
  faults: DropFaults,
  onFault: DropFaults["onFault"],
): Promise<number | null> {
  if (one.file.fault !== null) {
    faults.add([one.file.fault]);
    return null;
  }
  const reader = await openTable(sourceOf(session.dataset, one));
  const read = await reader.read({ onFault });
  faults.addFound({ listed: read.faults, count: read.faultCount, groups: read.groups });
  return read.faultCount === 0 ? read.rows : null;
}
