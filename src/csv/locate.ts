import type { Column } from "../core/columns.ts";
import { plainDialect } from "../core/written/dialect.ts";
import { type LineEnd, lfByte, lineEndsAgree, maxValueBytes, Unread } from "./bytes.ts";
import { isNullWord } from "./cells/judge.ts";
import { writtenTypeOf } from "./cells/written-types.ts";
import { openFile, rowChunks } from "./opening.ts";
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
  const { columns, lineEnd, firstRow } = layout;
  const places = source.shape.key.map((name) => columns.findIndex((column) => column?.name === name));
  if (places.length === 0 || places.includes(-1)) return;
  const syntax = syntaxOf(source.written ?? plainDialect);
  const keys = places.map((index): KeyPlace => ({ index, read: keyReading(columns[index] ?? null, source, syntax) }));
  const reader = new KeyReader(columns.length, keys, lineEnd, syntax.signs, firstRow);
  const file = await SourceFile.open(source);
  const inFile = (batch: LocatedKeys) => ({ ...batch, lines: batch.lines.map((line) => line && file.lineOf(line)) });
  for await (const chunk of rowChunks(file, layout, { signal })) yield inFile(reader.push(chunk, false));
  yield inFile(reader.push(Buffer.alloc(0), true));
}

/** A column of the key: where it stands, and what a value of it is as PostgreSQL has it; empty for what is none. */
interface KeyPlace {
  index: number;
  read(written: string): string;
}

class KeyReader {
  readonly #unread: Unread;
  /** Has looked at the first record that is not taken, which does not end yet. */
  #scanner: RecordScanner | null = null;

  constructor(
    readonly width: number,
    readonly places: readonly KeyPlace[],
    readonly lineEnd: LineEnd | null,
    readonly signs: Signs,
    private line: number,
  ) {
    this.#unread = new Unread(signs);
  }

  push(chunk: Buffer, final: boolean): LocatedKeys {
    const data = this.#unread.add(chunk);
    const batch: LocatedKeys = { keys: [], lines: [], isTorn: false };
    const taken = this.#split(data, final, batch) || this.#scan(data, final, batch);
    if (taken > 0) {
      this.#unread.take(taken);
      this.#scanner = null;
    }
    return batch;
  }

  /** Whole records without quotes are lines split at commas, for a fraction of the cost; 0 where that cannot be said. */
  #split(data: Buffer, final: boolean, batch: LocatedKeys): number {
    const whole = this.#unread.wholeRecords(final);
    const block = data.subarray(0, whole);
    if (whole > maxValueBytes || this.lineEnd === null) return 0;
    if (block.includes(this.signs.quote) || !lineEndsAgree(block, this.lineEnd, this.signs)) return 0;
    let width = this.width;
    for (const cells of splitPlain(block.toString("utf8"), this.lineEnd, this.signs)) {
      ({ length: width } = cells);
      this.#take(width, (place) => cells[place], batch);
      this.line++;
    }
    batch.isTorn ||= width < this.width && block.at(-1) !== lfByte;
    return whole;
  }

  #scan(data: Buffer, final: boolean, batch: LocatedKeys): number {
    const scanner = this.#scanner?.goOn(data, final) ?? new RecordScanner(data, final, this.width, this.signs);
    this.#scanner = scanner;
    let at = 0;
    while (at < data.length) {
      const record = scanner.record(at);
      if (record === null) break;
      const { cells, lines, goesOnTo, lineEnd } = record;
      const isSpread = lines > 1 && cells.some(({ trouble }) => trouble !== null);
      batch.isTorn ||= isSpread || goesOnTo !== null || (lineEnd === "" && cells.length < this.width);
      const valueAt = (place: number) => (cells[place]?.trouble === null ? scanner.value(cells[place]) : undefined);
      this.#take(cells.length, valueAt, batch);
      this.line += lines;
      at = record.next;
    }
    return at;
  }

  #take(width: number, valueAt: (place: number) => string | undefined, batch: LocatedKeys): void {
    const values = this.places.map(({ index, read }) => read(valueAt(index) ?? ""));
    if (values.includes("")) return;
    batch.keys.push(values.length === 1 ? (values[0] ?? "") : JSON.stringify(values));
    batch.lines.push(width === this.width ? this.line : null);
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
function soundKey(written: string): string {
  const value = written.trim();
  return isNullWord(value) || value.includes("\0") ? "" : value;
}
