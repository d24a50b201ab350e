import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseManifest } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import { formatBytes, formatCounted } from "../../core/format.ts";
import type { RequestOf } from "../../core/messages/requests.ts";
import type { DatasetWritten, ProposedTable } from "../../core/messages/suggestions.ts";
import { indexOfDate, monthName } from "../../core/month.ts";
import { program, shipped } from "../../core/self.ts";
import { manifestName, type Settings, settingFlags, shellWord, usualDataset } from "../../core/settings.ts";
import { escapeControl } from "../../core/text.ts";
import { SourceFault } from "../../csv/files/source-fault.ts";
import { lookAtFile } from "../../csv/look/table.ts";
import { asName, type SampleDrop, type SampleFile, sampleDrop } from "./drop.ts";
import { copyExample, schemaFile } from "./example.ts";
import { asOfColumn, manifestText } from "./manifest.ts";
import { snapshotName, statements } from "./sql.ts";
import { suiteOf } from "./suite.ts";
import { monthOfEvents, type SampleTable, withEvents, withReferences } from "./tables.ts";
import { requireFree, writeFiles } from "./write.ts";

/** Bytes from which on a file takes a while to be looked at. */
const large = 20_000_000;

const sqlFile = "init/001_tables.sql";

/** Write a dataset: of one drop, by what its files hold, or a copy of the one that is shipped. No database is asked. */
export async function initDataset(
  settings: Settings,
  { folder: given, to, overwrite }: RequestOf<"init">,
  tell: (text: string) => void,
): Promise<DatasetWritten> {
  if (given === null) return copyExample(to, overwrite);
  const drop = await sampleDrop(given);
  const name = (to === null ? null : asName(basename(resolve(to)))) ?? drop.name;
  const folder = to ?? name;
  const suites = new Set(drop.files.map(({ table }) => `expectations/${table}.json`));
  // Told before the files are read, which may take long.
  await requireFree(folder, [manifestName, sqlFile, ...suites], overwrite);
  const { looked, leftOut } = await lookAtAll(drop, tell);
  if (looked.length === 0) throw nothingFound(drop, leftOut);
  const related = await withReferences(looked);
  const events = monthOfEvents(related);
  const { firstMonth, because } = firstMonthOf(drop, events);
  const tables = withEvents(related, drop.month !== null && "calendar" in drop.month ? drop.month.calendar : events);
  const rows = tables.reduce((sum, one) => sum + one.rows, 0);
  const from = `${escapeControl(drop.folder)} (${formatCounted(tables.length, "file")}, ${formatCounted(rows, "row")})`;
  const files = new Map([
    [manifestName, manifestText({ name, firstMonth, because, from }, tables)],
    [sqlFile, statements(name, asOfColumn, tables, from)],
    ...tables.map((table): [string, string] => [`expectations/${table.name}.json`, suiteOf(name, table)]),
    [schemaFile, readFileSync(join(shipped(usualDataset), schemaFile), "utf8")],
  ]);
  // What would be refused is not written.
  parseManifest(files.get(manifestName) ?? "", join(folder, manifestName));
  await writeFiles(folder, files);
  return {
    ...{ name, folder, files: [...files.keys()], tables: tables.map(asProposed), left_out: leftOut },
    next: nextCommands(settings, drop, folder, firstMonth),
  };
}

type LeftOut = DatasetWritten["left_out"];

/** A name is taken by a table that is proposed, and by no file that is left out. */
async function lookAtAll(
  drop: SampleDrop,
  tell: (text: string) => void,
): Promise<{ looked: SampleTable[]; leftOut: LeftOut }> {
  const found = new Map<SampleFile, SampleTable | string>();
  // Whose name is longer may be called like the other's snapshots, never the other way round.
  for (const one of drop.files.toSorted((a, b) => a.table.length - b.table.length)) {
    const tables = [...found.values()].filter((other) => typeof other !== "string");
    const taken = whyTaken(one.table, tables);
    if (taken === null && one.bytes > large) tell(`Looking at ${escapeControl(one.path)} (${formatBytes(one.bytes)}).`);
    found.set(one, taken ?? (await lookAt(one)));
  }
  const all = drop.files.map((one) => ({ file: one.file, is: found.get(one) ?? "" }));
  return {
    looked: all.flatMap(({ is }) => (typeof is === "string" ? [] : [is])),
    leftOut: [...drop.leftOut, ...all.flatMap(({ file, is }) => (typeof is === "string" ? [{ file, why: is }] : []))],
  };
}

function whyTaken(name: string, tables: readonly SampleTable[]): string | null {
  if (tables.some((other) => other.name === name)) return `another file makes a table ${name}`;
  const isOfSnapshots = tables.some((other) => snapshotName(other.name) === name);
  return isOfSnapshots ? `${name} is what the snapshots of another table would be called` : null;
}

/** What there is to a file, or why it is no table. */
async function lookAt({ file, table: name, ...place }: SampleFile): Promise<SampleTable | string> {
  try {
    const found = await lookAtFile(place, name);
    if (found.rows === 0) return "it has no rows to go by";
    const [key] = found.keys;
    if (key === undefined)
      return "it has rows that are alike in all columns, or no column that is filled throughout: nothing tells them apart";
    if (found.columns.some((column) => column.name === asOfColumn))
      return `it has a column ${asOfColumn}, which snapshots need for their stamp`;
    return { ...found, name, file, key, references: [], events: null };
  } catch (error) {
    if (error instanceof SourceFault) return error.reason;
    throw error;
  }
}

function nothingFound({ folder }: SampleDrop, leftOut: LeftOut): ConsoleError {
  const why = leftOut.map(({ file, why }) => `${escapeControl(file)}: ${why}`).join("; ");
  return new ConsoleError("drop_rejected", `No table can be proposed from ${escapeControl(folder)}: ${why}.`, {
    hint: "Nothing was written. Files need a first line with the columns' names, and rows that something tells apart.",
  });
}

function firstMonthOf({ month }: SampleDrop, events: string | null): { firstMonth: string; because: string } {
  if (month !== null && "calendar" in month) return { firstMonth: month.calendar, because: "the folder's name" };
  const back = month === null ? 0 : month.index;
  const found = events ?? new Date().toISOString().slice(0, "YYYY-MM".length);
  const because = events === null ? "this month, for the drop does not say" : "the month of its events";
  const firstMonth = monthsBefore(found, back);
  return { firstMonth, because: back === 0 ? because : `${formatCounted(back, "month")} before ${because}` };
}

function monthsBefore(month: string, back: number): string {
  const index = indexOfDate(month, "0001-01") - back;
  return `${String(1 + Math.floor(index / 12)).padStart(4, "0")}-${String(1 + (index % 12)).padStart(2, "0")}`;
}

function asProposed({ name, file, rows, columns, key, references, events, written }: SampleTable): ProposedTable {
  return {
    ...{ table: name, file, rows, columns: columns.length, key, events, written: Object.keys(written) },
    references: references.map(({ column, parent }) => ({ column, table: parent })),
  };
}

/** A drop that lies in no month's folder has to be put into one; what lies in a bucket stays in it. */
function nextCommands(settings: Settings, drop: SampleDrop, folder: string, firstMonth: string): string[] {
  const bucket = /^s3:\/\/[^/]+/.exec(drop.folder)?.[0];
  const beside = bucket === undefined ? "drops" : `${bucket}/drops`;
  const data = drop.month === null ? beside : dirname(drop.folder);
  const month = drop.month !== null && "index" in drop.month ? monthName(drop.month.index) : monthName(0);
  const flags = settingFlags({ ...settings, data, dataset: folder }, process.env);
  const run = `${program} --month ${month}${flags}`;
  if (drop.month !== null) return [run];
  const [from, place] = [shellWord(drop.folder), `${data}/${firstMonth}`];
  if (bucket === undefined) return [`mkdir -p ${data} && cp -R ${from} ${place}`, run];
  return [`aws s3 cp --recursive --exclude '*/*' ${from} ${place}`, run];
}
