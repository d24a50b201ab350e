import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { usageError } from "../../core/errors.ts";
import { monthIndex } from "../../core/month.ts";
import { nameForTables } from "../../core/naming/schemas.ts";
import { reserved } from "../../core/naming/sql-words.ts";
import { isInBucket } from "../../core/settings.ts";
import { escapeControl } from "../../core/text.ts";
import { factsOf } from "../../csv/drop/facts.ts";
import { isThere } from "../../csv/drop/months.ts";
import { namesIn, pathIn } from "../../csv/drop/names.ts";
import { inOrder } from "../../csv/drop/naming.ts";
import type { FileStats } from "../../csv/files/opened.ts";
import { statsNow } from "../../csv/files/regular-file.ts";
import { sqlNameFor } from "../../csv/look/names.ts";
import type { Place } from "../../csv/look/table.ts";

/** What a table's rows are taken from: `file` is its name in a drop, or a pattern. */
export interface SampleFile extends Place {
  file: string;
  table: string;
  bytes: number;
}

/** The files of a drop that nobody has described yet. */
export interface SampleDrop {
  folder: string;
  /** What the folder says of its month: `2024-01`, or which month it is by its number. */
  month: { calendar: string } | { index: number } | null;
  /** What the dataset may be called. */
  name: string;
  files: SampleFile[];
  leftOut: { file: string; why: string }[];
}

const readable = /\.(?:csv|tsv|txt|parquet)$/i;
const packed = /\.(?:gz|zst|zip)$/;
const calendarMonth = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Throws where there is no file to go by. */
export async function sampleDrop(given: string): Promise<SampleDrop> {
  await requireFolder(given);
  const folder = await ofMonth(given.replace(/\/+$/, "") || given);
  const names = (await namesIn(folder)).sort();
  const fitting = names.filter((name) => readable.test(name.replace(packed, "")) && !name.startsWith("."));
  if (fitting.length === 0) {
    const shown = names.filter((name) => !name.startsWith(".")).slice(0, 5);
    const held = shown.length === 0 ? "It is empty." : `It holds ${shown.map(escapeControl).join(", ")}.`;
    throw usageError(
      `There is no file to look at in ${escapeControl(folder)}.`,
      `${held} Files end in .csv, .tsv or .txt, .gz, .zst or .zip behind it, or in .parquet.`,
    );
  }
  const files = await filesOf(folder, fitting);
  const named = files.filter(({ table }) => table !== "");
  return {
    ...{ folder, month: monthOf(folder), name: nameOf(folder, named), files: named },
    leftOut: [
      ...files
        .filter((one) => !named.includes(one))
        .map(({ file }) => ({ file, why: "no table can be named after it" })),
      ...names
        .filter((name) => !fitting.includes(name) && !name.startsWith("."))
        .map((file) => ({ file, why: "it is no text of values" })),
    ],
  };
}

async function requireFolder(given: string): Promise<void> {
  const found = isInBucket(given) ? null : await stat(given).catch(() => null);
  if (found === null && !(isInBucket(given) && (await isThere(given)))) {
    const missing = isInBucket(given) ? "Nothing lies below" : "There is no folder";
    throw usageError(`${missing} ${escapeControl(given)}.`, "Name the folder of one drop: its files are looked at.");
  }
  if (found !== null && !found.isDirectory()) {
    throw usageError(`${escapeControl(given)} is a file.`, "Name the folder of one drop: all its files are looked at.");
  }
}

/** Files whose names differ in a date or a number alone are parts of one table; a date is another one next month. */
async function filesOf(folder: string, names: readonly string[]): Promise<SampleFile[]> {
  const dated = Map.groupBy(names, (name) => stemOf(name.replace(packed, ""), dates));
  const groups = [...dated].flatMap(([stem, some]): [string, string[]][] => {
    if (stem.includes("*")) return [[stem, some]];
    return some.map((name) => [name.replace(packed, ""), [name]]);
  });
  const numbered = Map.groupBy(groups, ([stem]) => (stem.includes("*") ? stem : stemOf(stem, partNumber)));
  const all = [...numbered].flatMap(([stem, some]): [string, string[]][] =>
    some.length > 1 && stem.includes("*") ? [[stem, some.flatMap(([, inside]) => inside)]] : some,
  );
  return Promise.all(all.map(([file, some]) => placed(folder, file, some.sort(inOrder))));
}

const dates = /(?<![\p{L}\d])(?:19|20)\d{2}[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)/gu;
const partNumber = /(?<=[-_.])(?:part[-_]?)?\d{1,5}(?=\.[a-z]+$)/i;

/** The name as a pattern; as it is where nothing would be left that tells it from others. */
function stemOf(name: string, what: RegExp): string {
  const stem = name.replace(what, "*").replace(/\*(?:[-_.]?\*)+/g, "*");
  return /^[-_.*]*\.[a-z]+$/i.test(stem) ? name : stem;
}

async function placed(folder: string, file: string, names: readonly string[]): Promise<SampleFile> {
  const paths = names.map((name) => pathIn(folder, name));
  const found = await Promise.all(paths.map(async (path) => ({ path, stats: await statsOf(path) })));
  const bytes = found.reduce((sum, { stats }) => sum + stats.size, 0);
  const table = sqlNameFor(file.replace(readable, "").replaceAll("*", " "));
  const parts = found.map(({ path, stats }) => ({ path, ...factsOf(stats) }));
  const [only, ...others] = parts;
  const place = others.length === 0 && only !== undefined ? { path: only.path } : { path: pathIn(folder, file), parts };
  return { ...place, file, table, bytes };
}

/** Of what was just listed. */
async function statsOf(path: string): Promise<FileStats> {
  return (await statsNow(path)) ?? throwGone(path);
}

function throwGone(path: string): never {
  throw usageError(`${escapeControl(path)} is gone.`, "Look at the drop once nobody writes to it.");
}

/** Of a folder of months the oldest. */
async function ofMonth(folder: string): Promise<string> {
  const names = await namesIn(folder);
  if (names.some((name) => readable.test(name.replace(packed, "")))) return folder;
  const [first] = names.filter((name) => calendarMonth.test(name) || monthIndex(name) !== undefined).sort();
  return first === undefined ? folder : pathIn(folder, first);
}

function whole(folder: string): string {
  return isInBucket(folder) ? folder : resolve(folder);
}

function monthOf(folder: string): SampleDrop["month"] {
  const name = basename(whole(folder));
  if (calendarMonth.test(name)) return { calendar: name };
  const index = monthIndex(name);
  return index === undefined ? null : { index };
}

/** Folders that are called after what they are, and not after what is in them. */
const general = new Set([
  "data",
  "drops",
  "seeds",
  "months",
  "input",
  "in",
  "incoming",
  "downloads",
  "tmp",
  "csv",
  "files",
]);

function nameOf(folder: string, files: readonly { table: string }[]): string {
  const around = monthOf(folder) === null ? whole(folder) : dirname(whole(folder));
  const name = asName(basename(around));
  if (name !== null && !general.has(name)) return name;
  const [only, ...others] = new Set(files.map(({ table }) => table));
  return (only !== undefined && others.length === 0 ? asName(only) : null) ?? "dataset";
}

/** A name as the manifest takes it, and as its schema may be called; null where nothing is left of it. */
export function asName(text: string): string | null {
  const name = sqlNameFor(text)
    .replace(/[^a-z0-9_]/g, "")
    .replace(/^[^a-z]+/, "")
    .replace(/_+$/, "");
  if (name === "") return null;
  return reserved.has(name) ? `${name}_` : nameForTables(name);
}
