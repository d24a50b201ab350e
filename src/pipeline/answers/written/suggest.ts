import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseManifest } from "../../../core/dataset.ts";
import { usageError } from "../../../core/errors.ts";
import type { RequestOf } from "../../../core/messages/requests.ts";
import type { DropSuggestion, FileSuggestion } from "../../../core/messages/suggestions.ts";
import { dialectOf } from "../../../core/written/dialect.ts";
import { type Written, type WrittenSetting, writtenSettings } from "../../../core/written/settings.ts";
import { faultsOf } from "../../../csv/parts/open.ts";
import { suggestFor } from "../../../csv/suggest/search.ts";
import { dropsOnDisk, type Incoming, incomingOf, selectMonths, sourceOf } from "../../drop/months.ts";
import { readPast } from "../../drop/past.ts";
import { publicationBefore } from "../../drop/row-counts.ts";
import type { Session } from "../../session/session.ts";
import { withProperty } from "./edit-json.ts";
import { writeManifest } from "./write-manifest.ts";

/** Propose how the files of a drop are written, and write it into the manifest if that is meant. */
export async function suggestDrop(
  session: Session,
  { selection, confirmed }: RequestOf<"suggest">,
): Promise<DropSuggestion> {
  const past = await readPast(session.sql, session);
  const drops = selectMonths(session, { selection, as_of: null }, await dropsOnDisk(session), past);
  const [drop, ...others] = drops;
  if (drop === undefined || others.length > 0) {
    throw usageError(`--suggest looks at one drop, not at ${drops.length}.`, "Name it with --month.");
  }
  const incoming = incomingOf(session.tables, drop, publicationBefore(drop.month, past.publications));
  const files: FileSuggestion[] = [];
  for (const one of incoming) files.push(await suggestFile(session, one));
  const sections = await sectionsOf(session, incoming, files);
  const isWritten = confirmed && files.some(({ written }) => Object.keys(written).length > 0);
  const manifest = isWritten ? await writeInto(session, sections) : null;
  return { month: drop.month, files, ...sections, manifest };
}

async function suggestFile({ dataset }: Session, one: Incoming): Promise<FileSuggestion> {
  const { table, path, fault } = one.file;
  if (fault !== null) return { table, path, written: {}, evidence: [], undecided: [], left: 1, first: fault.reason };
  return { table, path, ...(await suggestFor(sourceOf(dataset, one))) };
}

type Sections = Pick<DropSuggestion, "written" | "tables">;

/** What several files have in common goes for all tables, where each of them is still read with it. */
async function sectionsOf(
  { dataset }: Session,
  incoming: readonly Incoming[],
  files: readonly FileSuggestion[],
): Promise<Sections> {
  const apart = Object.fromEntries(files.flatMap(({ table, written }) => (isEmpty(written) ? [] : [[table, written]])));
  const common = commonTo(Object.values(apart));
  if (isEmpty(common)) return { written: {}, tables: apart };
  const tables = Object.fromEntries(
    Object.entries(apart)
      .map(([table, written]): [string, Written] => [table, without(written, common)])
      .filter(([, written]) => !isEmpty(written)),
  );
  for (const one of incoming) {
    const found = files.find(({ table }) => table === one.table.name);
    if (one.file.fault !== null || found === undefined) continue;
    const source = sourceOf(dataset, one);
    const written = dialectOf(source.written, common, apart[one.table.name]);
    const left = (await faultsOf({ ...source, written })).reduce((sum, { count }) => sum + count, 0);
    if (left > found.left) return { written: {}, tables: apart };
  }
  return { written: common, tables };
}

/** Settings that more than one table has alike, or the only one there is. */
function commonTo(sections: readonly Written[]): Written {
  const all = sections.flatMap((written) => Object.entries(written));
  const alike = Map.groupBy(all, (entry) => JSON.stringify(entry));
  const chosen = [...alike.values()]
    .filter((entries) => entries.length > 1)
    // Where they differ, what most of them say.
    .sort((one, other) => one.length - other.length)
    .flatMap((entries) => entries.slice(0, 1));
  const order = Object.keys(writtenSettings);
  return Object.fromEntries(chosen.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)));
}

function without(written: Written, common: Written): Written {
  const same = (name: string, value: unknown) =>
    JSON.stringify(common[name as WrittenSetting]) === JSON.stringify(value);
  return Object.fromEntries(Object.entries(written).filter(([name, value]) => !same(name, value)));
}

function isEmpty(written: Written): boolean {
  return Object.keys(written).length === 0;
}

async function writeInto({ manifestDirectory }: Session, { written, tables }: Sections): Promise<string> {
  const path = join(manifestDirectory, "dataset.json");
  let text = await readFile(path, "utf8");
  text = withSettings(text, [], written, "tables");
  for (const [table, own] of Object.entries(tables)) text = withSettings(text, ["tables", table], own);
  // What would be refused is not written.
  parseManifest(text, path);
  await writeManifest(path, text);
  return path;
}

/** The manifest with these settings in the section of the object at the path, besides those that it has. */
function withSettings(text: string, path: readonly string[], settings: Written, before?: string): string {
  if (isEmpty(settings)) return text;
  const object = path.reduce((value, name) => value[name], JSON.parse(text));
  if (object.written === undefined) return withProperty(text, path, "written", settings, before);
  return Object.entries(settings).reduce(
    (made, [name, value]) => withProperty(made, [...path, "written"], name, value),
    text,
  );
}
