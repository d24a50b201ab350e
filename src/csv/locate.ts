import type { Column } from "../core/columns.ts";
import { plainDialect } from "../core/written/dialect.ts";
import { type LineEnd, lfByte, lineEndsAgree, maxValueBytes, Unread } from "./bytes.ts";
import { isNullWord } from "./cells/judge.ts";
import { writtenTypeOf } from "./cells/written-types.ts";
import { type Layout, openFile, rowChunks } from "./opening.ts";
import { splitPlain } from "./parse.ts";
import { RecordScanner } from "./scan.ts";
import { SourceFile, type TableSource } from "./source.ts";
import type { Signs } from "./written/signs.ts";
import { type Syntax, syntaxOf } from "./written/syntax.ts";

/** Keys of a file's rows, with the line where each row starts; null for a malformed row, whose key is there all the same. */
export interface LocatedKeys {
  keys: string[];
  lines: (number | null)[];
  /** True when rows may be hidden: a value that is not sound spans lines, or the file ends within a row. */
  isTorn: boolean;
}

/**
 * The keys of a file, a batch for each piece that is read, for finding what stands where in a file that was read before.
 * Faulty rows are taken as they are meant, blanks around a key left out, so that no fault leads to others; rows without
 * a key are passed over. Throws a SourceFault where the file cannot be read to its end. The key of several columns is a
 * JSON array of their values.
 */
export async function* locateKeysOf(source: TableSource, signal?: AbortSignal): AsyncGenerator<LocatedKeys> {
  const { layout } = await openFile(source);
  if (layout === null) return;
  const { columns } = layout;
  const places = source.shape.key.map((name) => columns.findIndex((column) => column?.name === name));
  if (places.length === 0 || places.includes(-1)) return;
  const syntax = syntaxOf(source.written ?? plainDialect);
  const keys = places.map((index): KeyPlace => ({ index, read: keyReading(columns[index] ?? null, source, syntax) }));
  let batch: LocatedKeys = { keys: [], lines: [], isTorn: false };
  const take: TakeRecord = ({ width, cellAt, line }) => {
    const values = keys.map(({ index, read }) => read(cellAt(index) ?? ""));
    if (values.includes("")) return;
    batch.keys.push(values.length === 1 ? (values[0] ?? "") : JSON.stringify(values));
    batch.lines.push(width === columns.length ? line : null);
  };
  for await (const isTorn of locateRecords(source, layout, syntax, take, signal)) {
    yield { ...batch, isTorn };
    batch = { keys: [], lines: [], isTorn: false };
  }
}

/** A row as it stands in a file, sound or not. */
interface LocatedRecord {
  width: number;
  line: number;
  /** The value of a cell; undefined where it has none that can be told. */
  cellAt(place: number): string | undefined;
  isQuotedAt(place: number): boolean;
}

export type TakeRecord = (record: LocatedRecord) => void;

/**
 * Hands out a file's rows, and after those of each piece that is read whether others may be hidden: see `isTorn`. Throws a
 * SourceFault where the file cannot be read to its end.
 */
export async function* locateRecords(
  source: TableSource,
  layout: Layout,
  { signs }: Syntax,
  take: TakeRecord,
  signal?: AbortSignal,
): AsyncGenerator<boolean> {
  const { columns, lineEnd, firstRow } = layout;
  const file = await SourceFile.open(source);
  const inFile: TakeRecord = (record) => take({ ...record, line: file.lineOf(record.line) });
  const reader = new RecordReader(columns.length, lineEnd, signs, firstRow, inFile);
  for await (const chunk of rowChunks(file, layout, { signal })) yield reader.push(chunk, false);
  yield reader.push(Buffer.alloc(0), true);
}

/** A column of the key: where it stands, and what a value of it is as PostgreSQL has it; empty for what is none. */
interface KeyPlace {
  index: number;
  read(written: string): string;
}

class RecordReader {
  readonly #unread: Unread;
  /** Has looked at the first record that is not taken, which does not end yet. */
  #scanner: RecordScanner | null = null;

  constructor(
    readonly width: number,
    readonly lineEnd: LineEnd | null,
    readonly signs: Signs,
    private line: number,
    readonly take: TakeRecord,
  ) {
    this.#unread = new Unread(signs);
  }

  /** True when rows may be hidden. */
  push(chunk: Buffer, final: boolean): boolean {
    const data = this.#unread.add(chunk);
    const { taken, isTorn } = this.#split(data, final) ?? this.#scan(data, final);
    if (taken > 0) {
      this.#unread.take(taken);
      this.#scanner = null;
    }
    return isTorn;
  }

  /** Whole records without quotes are lines split at commas, for a fraction of the cost; null where that cannot be said. */
  #split(data: Buffer, final: boolean) {
    const whole = this.#unread.wholeRecords(final);
    const block = data.subarray(0, whole);
    if (whole === 0 || whole > maxValueBytes || this.lineEnd === null) return null;
    if (block.includes(this.signs.quote) || !lineEndsAgree(block, this.lineEnd, this.signs)) return null;
    let width = this.width;
    const isQuotedAt = () => false;
    for (const cells of splitPlain(block.toString("utf8"), this.lineEnd, this.signs)) {
      ({ length: width } = cells);
      this.take({ width, line: this.line, cellAt: (place) => cells[place], isQuotedAt });
      this.line++;
    }
    return { taken: whole, isTorn: width < this.width && block.at(-1) !== lfByte };
  }

  #scan(data: Buffer, final: boolean) {
    const scanner = this.#scanner?.goOn(data, final) ?? new RecordScanner(data, final, this.width, this.signs);
    this.#scanner = scanner;
    let at = 0;
    let isTorn = false;
    while (at < data.length) {
      const record = scanner.record(at);
      if (record === null) break;
      const { cells, lines, goesOnTo, lineEnd } = record;
      const isSpread = lines > 1 && cells.some(({ trouble }) => trouble !== null);
      isTorn ||= isSpread || goesOnTo !== null || (lineEnd === "" && cells.length < this.width);
      const cellAt = (place: number) => (cells[place]?.trouble === null ? scanner.value(cells[place]) : undefined);
      const isQuotedAt = (place: number) => cells[place]?.quoted === true;
      this.take({ width: cells.length, line: this.line, cellAt, isQuotedAt });
      this.line += lines;
      at = record.next;
    }
    return { taken: at, isTorn };
  }
}

function keyReading(
  column: Column | null,
  { dates }: TableSource,
  { dialect, hasPlainRows }: Syntax,
): KeyPlace["read"] {
  if (column === null || hasPlainRows) return soundKey;
  const { plain, pattern, within } = writtenTypeOf(column, dates, dialect);
  const kept = new Set(dialect.not_null);
  const nulls = new Set(dialect.null);
  return (written) => {
    const value = written.trim();
    if (nulls.has(value)) return "";
    if (kept.has(value)) return value;
    const isSound = plain !== undefined && pattern.test(value) && within?.(value) !== false;
    return isSound ? plain(value) : soundKey(value);
  };
}

/** A key as it is meant; empty for what is none. */
export function soundKey(written: string): string {
  const value = written.trim();
  return isNullWord(value) || value.includes("\0") ? "" : value;
}
