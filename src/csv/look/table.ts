import type { Column } from "../../core/columns.ts";
import type { Fault } from "../../core/faults.ts";
import { dialectOf, plainDialect } from "../../core/written/dialect.ts";
import type { Written } from "../../core/written/settings.ts";
import { SourceFault } from "../files/source-fault.ts";
import { isParquet } from "../parts/parts.ts";
import type { TableSource } from "../source.ts";
import { suggestFor } from "../suggest/search.ts";
import { candidatesFor, columnOf, widestDates } from "./candidates.ts";
import { ColumnLook } from "./column-look.ts";
import { type Decision, decide, type Reason } from "./decide.ts";
import { lookAtHead } from "./head.ts";
import { isIdentifier, isSerial, keyOf, likelyKeys } from "./keys.ts";
import { columnNames } from "./names.ts";
import { lookAtRows } from "./rows.ts";
import { Values } from "./values.ts";

/** A file of which nothing was known: what it holds, and how it is written. */
export interface LookedFile {
  /** As a run would read it, but for the key. */
  source: TableSource;
  columns: Column[];
  written: Written;
  reasons: Reason[];
  decisions: ReadonlyMap<string, Decision>;
  rows: number;
  values: Values[];
  /** Columns that tell all rows apart, the likeliest first; empty where none do. */
  keys: string[][];
}

/** Rows by which keys are looked for before all rows are. */
const sampled = 20_000;
/** Columns whose values turn out to be no others than texts, round by round. */
const rounds = 4;

/** Where a table's rows are: a file, or the parts of a pattern. */
export type Place = Pick<TableSource, "path" | "parts">;

/** Looks at files of which only their place is known. Throws a SourceFault for what cannot be read. */
export async function lookAtFile(place: Place, table: string): Promise<LookedFile> {
  if (isParquet({ path: firstOf(place) })) return lookAtTyped(place, table);
  const head = await lookAtHead(place);
  const { names, source: texts, written: said } = asTexts(place, head.written, head.cells);
  const {
    written: asText,
    evidence,
    found: first,
  } = await readWith(texts, said, (source) => lookAtTexts(source, names));
  requireSound(first);
  const textual = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const { columns: decisions, written: own, reasons } = decide(first.looks, textual);
    widen(decisions, first.looks);
    const columns = names.map((name) => columnOf(name, decisions.get(name)?.type ?? "text"));
    const typed = { ...texts, shape: { ...texts.shape, columns } };
    const keys = likelyKeys(table, columns, first.sample);
    const all = { ...asText, ...own };
    const read = await readWith(typed, all, (source) => lookAtValues(source, columns, keys));
    const { written, found } = read;
    for (const { column } of found.listed) if (column !== undefined) textual.add(column);
    if (found.count > 0) continue;
    return {
      ...{ source: { ...typed, written: dialectOf(written) }, columns, written, decisions },
      ...{ rows: found.rows, values: found.values },
      reasons: [
        ...ofHead(head.written),
        ...evidence,
        ...reasons.map((reason) => ({ ...reason, line: reason.line === null ? null : first.lineOf(reason.line) })),
        ...read.evidence,
      ],
      keys: found.keys.map((key) => key.map((at) => names[at] ?? "")),
    };
  }
  throw new SourceFault("not_csv", "its values are not of one kind however they are read");
}

function firstOf({ path, parts }: Place): string {
  return parts?.[0]?.path ?? path;
}

/** Files that say themselves what their values are. */
async function lookAtTyped(place: Place, table: string): Promise<LookedFile> {
  const { storedColumns } = await import("./parquet.ts");
  const stored = await storedColumns(firstOf(place));
  const cells = stored.map(({ name }) => name);
  const { names, source: texts, written } = asTexts(place, {}, cells, (at) => stored[at]?.type != null);
  const types = stored.flatMap(({ type }) => type ?? []);
  const columns = names.map((name, at) => columnOf(name, types[at] ?? "text"));
  const source = { ...texts, written: dialectOf(written), shape: { ...texts.shape, columns } };
  const sample: string[][] = [];
  requireSound(await lookAtRows(source, (row) => sample.length < sampled && void sample.push([...row])));
  const found = await lookAtValues(source, columns, likelyKeys(table, columns, sample));
  return {
    ...{ source, columns, written, reasons: [], rows: found.rows, values: found.values },
    decisions: new Map(columns.map(({ name, type }) => [name, { type, undecided: null, isStored: true }])),
    keys: found.keys.map((key) => key.map((at) => names[at] ?? "")),
  };
}

/** Reads a file with these settings, and where it does not fit them, with those that it needs besides. */
async function readWith<Found extends { count: number }>(
  source: TableSource,
  written: Written,
  read: (source: TableSource) => Promise<Found>,
): Promise<{ written: Written; evidence: Reason[]; found: Found }> {
  const as = (settings: Written) => read({ ...source, written: dialectOf(settings) });
  const found = await as(written);
  if (found.count === 0) return { written, evidence: [], found };
  const more = await suggestFor({ ...source, written: dialectOf(written) });
  const evidence = more.evidence.map(({ setting, line = null, column = null }) => ({ setting, line, column }));
  if (evidence.length === 0) return { written, evidence, found };
  const whole = { ...written, ...more.written };
  return { written: whole, evidence, found: await as(whole) };
}

async function lookAtTexts(source: TableSource, names: readonly string[]) {
  const candidates = candidatesFor(source.written ?? plainDialect);
  const looks = new Map(names.map((name) => [name, new ColumnLook(candidates)]));
  const columnLooks = [...looks.values()];
  const sample: string[][] = [];
  const read = await lookAtRows(source, (cells, line) => {
    for (const [at, look] of columnLooks.entries()) look.add(cells[at] ?? "", line);
    if (sample.length < sampled) sample.push([...cells]);
  });
  return { ...read, looks, sample };
}

/**
 * Whole numbers that are likely to get a fraction in another month: one throughout, such as zero, or of a kind with others
 * that have one, such as `tolls_amount` beside `fare_amount`.
 */
function widen(decisions: Map<string, Decision>, looks: ReadonlyMap<string, ColumnLook>): void {
  const lastWord = (name: string) => /(?:^|_)(\p{L}{3,})$/u.exec(name)?.[1] ?? null;
  const fractional = new Set(
    [...decisions].flatMap(([name, { type }]) => (type === "numeric" ? [lastWord(name)] : [])),
  );
  for (const [name, decision] of decisions) {
    if (decision.type !== "int8" || isIdentifier(name) || isSerial(name)) continue;
    const kind = lastWord(name);
    if ((kind !== null && fractional.has(kind)) || looks.get(name)?.kept.size === 1) decision.type = "numeric";
  }
}

function ofHead({ encoding, delimiter, comment }: Written): Reason[] {
  const places = { encoding: encoding && null, delimiter: delimiter && 1, comment: comment && 1 };
  const found = Object.entries(places).filter(([, line]) => line !== undefined);
  return found.map(([setting, line]) => ({ setting: setting as Reason["setting"], column: null, line: line || null }));
}

/** The file as one of texts alone; columns that cannot be read are passed over. */
function asTexts(
  place: Place,
  written: Written,
  cells: readonly string[],
  isRead: (at: number) => boolean = () => true,
) {
  const all = columnNames(cells).map((name, at) => (isRead(at) ? name : null));
  const names = all.filter((name) => name !== null);
  const renamed = cells.flatMap((cell, at) => (all[at] != null && all[at] !== cell ? [[cell, all[at]] as const] : []));
  const unnamed = cells.filter((_, at) => all[at] === null);
  const said: Written = {
    ...written,
    ...(renamed.length > 0 && { header: Object.fromEntries(renamed) }),
    ...(unnamed.length > 0 && { ignore: [...new Set(unnamed)] }),
  };
  const columns = names.map((name) => columnOf(name, "text"));
  const shape = { schema: "", name: "", columns, key: [] };
  const source: TableSource = { ...place, shape, optional: new Set(), dates: widestDates };
  return { names, written: said, source };
}

function requireSound({ count, listed: [first] }: { count: number; listed: readonly Fault[] }): void {
  if (count === 0 || first === undefined) return;
  throw new SourceFault(first.code, `${first.line === undefined ? "" : `line ${first.line}: `}${first.reason}`);
}

async function lookAtValues(source: TableSource, columns: readonly Column[], keys: readonly number[][]) {
  const values = columns.map((column) => new Values(column));
  const tried = keys.map((key) => ({ key, seen: new Set<number>(), isKey: true }));
  let count = 0;
  const read = await lookAtRows(source, (cells) => {
    count++;
    for (const [at, one] of values.entries()) one.add(cells[at] ?? "");
    for (const one of tried) {
      if (!one.isKey) continue;
      one.isKey = one.key.every((at) => cells[at] !== "") && one.seen.add(keyOf(one.key, cells)).size === count;
      if (!one.isKey) one.seen.clear();
    }
  });
  return { ...read, values, keys: tried.flatMap(({ key, isKey }) => (isKey ? [key] : [])) };
}
