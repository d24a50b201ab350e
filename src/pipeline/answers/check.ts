import type { Warning } from "../../core/messages/events.ts";
import type { DropCheck } from "../../core/messages/listings.ts";
import type { Replies, RequestOf } from "../../core/messages/requests.ts";
import { asOfOf, monthIndex } from "../../core/month.ts";
import { openParts, readParts, type WholeRead } from "../../csv/parts/open.ts";
import { ruledTables } from "../../postgres/catalog/ruled-tables.ts";
import { DropFaults, rejectPath } from "../drop/faults.ts";
import { dropsOnDisk, type Incoming, incomingOf, type MonthOnDisk, selectMonths, sourceOf } from "../drop/months.ts";
import { type Past, parentsFor, readPast, stampOf } from "../drop/past.ts";
import { publicationBefore } from "../drop/row-counts.ts";
import { findDropFaults } from "../drop/rules/drop-faults.ts";
import { beyondCheck } from "../drop/rules/unheld.ts";
import { toTellOfRows } from "../drop/sound-file.ts";
import type { Session } from "../session/session.ts";

/** Read drops as strictly as a run does; no table of the dataset is touched. */
export async function checkDrops(session: Session, { selection }: RequestOf<"check">): Promise<Replies["check"]> {
  const onDisk = await dropsOnDisk(session);
  const past = await readPast(session.sql, session);
  const drops: DropCheck[] = [];
  for (const drop of selectMonths(session, { selection, as_of: null }, onDisk, past)) {
    drops.push(await checkDrop(session, drop, past));
  }
  return { drops };
}

async function checkDrop(session: Session, drop: MonthOnDisk, past: Past): Promise<DropCheck> {
  const before = publicationBefore(drop.month, past.publications);
  const { settings, sql, dataset } = session;
  const faults = new DropFaults(drop.month, rejectPath(settings.home, sql, dataset.name, `${drop.month}-check`));
  const incoming = incomingOf(await ruledTables(sql, session.tables), drop, before);
  const files: DropCheck["files"] = [];
  const warnings: Warning[] = [];
  for (const one of incoming) {
    const { table, path, bytes } = one.file;
    const parts = one.file.parts?.map(({ path, bytes }) => ({ path, bytes }));
    const read = await checkFile(session, one, faults);
    const told = read === null ? { fault: null, warnings: [] } : toTellOfRows(dataset, before, one, read);
    if (told.fault !== null) faults.add(told.fault);
    warnings.push(...told.warnings);
    files.push({ table, path, bytes, ...(parts && { parts }), rows: read?.rows ?? null });
  }
  const parents = parentsFor(drop.month, false, past);
  const asOf = stampOf(drop.month, past) ?? asOfOf(monthIndex(drop.month) ?? 0, dataset.first_month);
  const about = { ...session, parents, past, month: drop.month, asOf, restamp: false };
  const unheld = await findDropFaults(sql, about, incoming, faults);
  warnings.push(...beyondCheck(session.tables, unheld));
  return {
    month: drop.month,
    files,
    fault_count: faults.count,
    fault_groups: faults.groups,
    faults: faults.listed,
    reject_file: faults.close(),
    warnings,
  };
}

/** What was read of a sound file, else null. */
async function checkFile({ dataset }: Session, one: Incoming, faults: DropFaults): Promise<WholeRead | null> {
  if (one.file.fault !== null) {
    faults.add(one.file.fault);
    return null;
  }
  const before = faults.count;
  const opened = await openParts(sourceOf(dataset, one));
  faults.know(one.file.path, opened.parts);
  const read = await readParts(opened, ({ name }) => faults.in(name));
  return faults.count === before ? read : null;
}
