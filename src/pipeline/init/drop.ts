import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { usageError } from "../../core/errors.ts";
import { monthIndex } from "../../core/month.ts";
import { escapeControl } from "../../core/text.ts";
import { namesIn } from "../../csv/drop/names.ts";
import { sqlNameFor } from "../../csv/look/names.ts";

/** The files of a drop that nobody has described yet. */
export interface SampleDrop {
  folder: string;
  /** What the folder says of its month: `2024-01`, or which month it is by its number. */
  month: { calendar: string } | { index: number } | null;
  /** What the dataset may be called. */
  name: string;
  files: { path: string; file: string; table: string }[];
  leftOut: { file: string; why: string }[];
}

const readable = /\.(?:csv|tsv|txt)$/i;
const packed = /\.(?:gz|zst)$/;
const calendarMonth = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Throws where there is no file to go by. */
export async function sampleDrop(given: string): Promise<SampleDrop> {
  const found = await stat(given).catch(() => null);
  if (found === null)
    throw usageError(
      `There is no folder ${escapeControl(given)}.`,
      "Name the folder of one drop: its files are looked at.",
    );
  if (!found.isDirectory()) {
    throw usageError(`${escapeControl(given)} is a file.`, "Name the folder of one drop: all its files are looked at.");
  }
  const folder = await ofMonth(given);
  const names = (await namesIn(folder)).sort();
  const fitting = names.filter((name) => readable.test(name.replace(packed, "")) && !name.startsWith("."));
  if (fitting.length === 0) {
    const shown = names.filter((name) => !name.startsWith(".")).slice(0, 5);
    const held = shown.length === 0 ? "It is empty." : `It holds ${shown.map(escapeControl).join(", ")}.`;
    throw usageError(
      `There is no file to look at in ${escapeControl(folder)}.`,
      `${held} Files end in .csv, .tsv or .txt, .gz or .zst behind it.`,
    );
  }
  const files = fitting.map((name) => {
    const file = name.replace(packed, "");
    return { path: join(folder, name), file, table: sqlNameFor(file.replace(readable, "")) };
  });
  const once = files.filter(({ table }, at) => table !== "" && files.findIndex((one) => one.table === table) === at);
  const why = (file: { table: string }) =>
    file.table === "" ? "no table can be named after it" : `another file makes a table ${file.table}`;
  return {
    ...{ folder, month: monthOf(folder), name: nameOf(folder, once), files: once },
    leftOut: [
      ...files.filter((one) => !once.includes(one)).map((one) => ({ file: one.file, why: why(one) })),
      ...names
        .filter((name) => !fitting.includes(name) && !name.startsWith("."))
        .map((file) => ({ file, why: "it is no text of values" })),
    ],
  };
}

/** Of a folder of months the oldest. */
async function ofMonth(folder: string): Promise<string> {
  const names = await namesIn(folder);
  if (names.some((name) => readable.test(name.replace(packed, "")))) return folder;
  const [first] = names.filter((name) => calendarMonth.test(name) || monthIndex(name) !== undefined).sort();
  return first === undefined ? folder : join(folder, first);
}

function monthOf(folder: string): SampleDrop["month"] {
  const name = basename(resolve(folder));
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
  const whole = resolve(folder);
  const around = monthOf(folder) === null ? whole : dirname(whole);
  const name = asName(basename(around));
  if (name !== null && !general.has(name)) return name;
  const [only, ...others] = files;
  return (only !== undefined && others.length === 0 ? asName(only.table) : null) ?? "dataset";
}

/** A name as the manifest takes it; null where nothing is left of it. */
export function asName(text: string): string | null {
  const name = sqlNameFor(text)
    .replace(/[^a-z0-9_]/g, "")
    .replace(/^[^a-z]+/, "")
    .replace(/_+$/, "");
  return name === "" ? null : name;
}
