import { isUtf8 } from "node:buffer";
import { countLines, lfByte, lineEndsAgree, maxValueBytes, Unread } from "./bytes.ts";
import { Controls } from "./controls.ts";
import { parseBlock } from "./parse.ts";
import { type RowFaults, showCell } from "./row-faults.ts";
import { RecordScanner, type ScannedCell } from "./scan.ts";
import { hasEscape } from "./written/signs.ts";

/** An unfinished record longer than this is looked into: a quote may be astray. */
const patience = maxValueBytes + 200_000;

/** A record over 1 MB that cannot be sound and goes on in data to come: it is passed over, so that memory stays flat. */
interface LongRecord extends Pick<ScannedCell, "trouble"> {
  goesOnTo: "quote" | "line";
  line: number;
  index: number;
  written: string;
}

/**
 * Takes a file's rows as they come, in chunks cut anywhere, and has each checked. Blocks of whole records are parsed
 * as they are sound, which decides what is loaded; a block that is not is scanned record by record to name its faults.
 */
export class RowReader {
  readonly controls: Controls;
  readonly #unread: Unread;
  /** Of what is not taken: the whole records are known to be unsound; the first one was looked at and does not end yet. */
  #isUnsound = false;
  #scanner: RecordScanner | null = null;
  #patience = patience;
  #long: LongRecord | null = null;

  /** `line` and `offset` are those of the first row. */
  constructor(
    readonly faults: RowFaults,
    private line: number,
    private offset: number,
  ) {
    this.controls = new Controls(faults.names);
    this.#unread = new Unread(faults.syntax.signs);
  }

  /**
   * Checks what is whole with this chunk and keeps the rest. Returns the rows' bytes as PostgreSQL takes them, without
   * blank lines at their end; of use only while no fault was found.
   */
  push(chunk: Buffer, final = false): Buffer {
    const data = this.#unread.add(chunk);
    let at = 0;
    while (at < data.length) {
      const taken = this.#take(this.#unread.data, final);
      if (taken === 0) break;
      this.#unread.take(taken);
      this.#isUnsound = false;
      this.#scanner = null;
      at += taken;
      this.offset += taken;
    }
    if (final && this.#long !== null) this.#endLong(this.#long);
    const { blanks, lineEnd, rendering } = this.faults;
    if (rendering !== null) return rendering.take();
    return data.subarray(0, Math.max(0, at - blanks * lineEnd.length));
  }

  #take(data: Buffer, final: boolean): number {
    if (this.#long !== null) {
      const passed = this.#passLong(this.#long, data, final);
      this.line += countLines(data, 0, passed);
      return passed;
    }
    const whole = this.#unread.wholeRecords(final);
    // What is wrong with some records is wrong with more of them.
    if (whole > 0 && !this.#isUnsound && this.#readSound(data.subarray(0, whole))) return whole;
    this.#isUnsound = whole > 0;
    if (whole === 0 && !final && data.length <= this.#patience) return 0;
    const scanned = this.#scan(data, final);
    // A long record may be sound: looking again only once it has doubled keeps the cost in proportion.
    this.#patience = scanned === 0 ? 2 * data.length : patience;
    return scanned;
  }

  /** False when the block is unsound; then nothing was counted. */
  #readSound(block: Buffer): boolean {
    const { faults } = this;
    const { lineEnd, rendering } = faults;
    const { signs, marks, trim } = faults.syntax;
    const isPlain = !block.includes(signs.quote);
    // Nothing of a faulty file is loaded, and scanning quoted cells costs a fraction of parsing them.
    if (!isPlain && faults.tally.count > 0) return false;
    if (block.includes(0) || !isUtf8(block) || !lineEndsAgree(block, lineEnd, signs)) return false;
    const isRagged = (cells: string[]) => cells.length !== faults.width && !(cells.length === 1 && cells[0] === "");
    if (isPlain && this.#readBytes(block)) return true;
    const parsed = parseBlock(block, lineEnd, signs, marks);
    // Scanned, a ragged row is shown as it is written; split at commas it can be put together again.
    if (parsed === null || (!isPlain && parsed.records.some(isRagged))) return false;
    const { isSuspect } = parsed;
    const records = trim !== null ? parsed.records.map((cells) => cells.map(trim)) : parsed.records;
    const fromFirst = () => (isPlain ? (index: number) => this.line + index : linesOf(parsed.records, this.line));
    if (isSuspect) this.controls.count(records, fromFirst());
    const lineOf = fromFirst();
    for (let index = 0; index < records.length; index++) {
      const record = records[index] ?? [];
      if (!faults.allows(record)) {
        const isCut = index === records.length - 1 && block.at(-1) !== lfByte;
        faults.inspect(record, lineOf(index), isCut);
      } else if (faults.blanks > 0) faults.row();
      else faults.rows++;
    }
    if (faults.rounding.isOpen && faults.tally.count === 0) faults.rounding.look(records, fromFirst);
    if (rendering !== null && faults.tally.count === 0) {
      rendering.add({ records, isUnquoted: isPlain, lineOf: fromFirst() });
    }
    this.line += isPlain ? records.length : countLines(block);
    return true;
  }

  /** The same by bytes alone, of a block without quotes in another dialect; what is told of values, or wrong with them, is not for it. */
  #readBytes(block: Buffer): boolean {
    const { rendering, rounding, tally, blanks } = this.faults;
    // Where a value may be too long, the last word is the other reader's.
    const mayBeTooLong = block.length > maxValueBytes;
    if (rendering === null || mayBeTooLong || tally.count > 0 || blanks > 0) return false;
    const rows = rendering.addBytes(block, this.line, (index, value) => rounding.isFirst(index, value));
    this.faults.rows += rows;
    this.line += rows;
    return rows > 0;
  }

  #scan(data: Buffer, final: boolean): number {
    const scanner =
      this.#scanner?.goOn(data, final) ?? new RecordScanner(data, final, this.faults.width, this.faults.syntax.signs);
    this.#scanner = scanner;
    let at = 0;
    while (at < data.length && this.#long === null) {
      const record = scanner.record(at);
      if (record === null) break;
      this.faults.scanned(scanner, record, this.offset, this.line);
      const { goesOnTo, cells } = record;
      const last = cells.at(-1);
      if (goesOnTo !== null && last !== undefined) {
        const line = this.line + last.linesDown;
        const written = showCell(scanner, last);
        this.#long = { goesOnTo, trouble: last.trouble, line, index: cells.length - 1, written };
      }
      this.line += record.lines;
      at = record.next;
    }
    return at;
  }

  /** Passes over what belongs to the record, to the end of its line; returns how many bytes that is. */
  #passLong(long: LongRecord, data: Buffer, final: boolean): number {
    const { signs } = this.faults.syntax;
    const { quote, escaping } = signs;
    let at = 0;
    while (long.goesOnTo === "quote") {
      const next = data.indexOf(quote, at);
      const before = hasEscape(signs) ? data.subarray(at, next === -1 ? data.length : next).indexOf(escaping) : -1;
      at = before === -1 ? next : at + before;
      if (at === -1) return data.length;
      // Whether it closes is told by what follows.
      if (at === data.length - 1 && !final) return at;
      if (data[at] === escaping && (hasEscape(signs) || data[at + 1] === quote)) at += 2;
      else long.goesOnTo = "line";
    }
    const lineFeed = data.indexOf(lfByte, at);
    if (lineFeed === -1) return data.length;
    this.#endLong(long);
    return lineFeed + 1;
  }

  /** Once it is over, or the file is. */
  #endLong({ goesOnTo, trouble, line, index, written }: LongRecord): void {
    const ended = trouble === "row_long" ? "row_long" : "value_too_long";
    this.faults.trouble(goesOnTo === "quote" ? "quote_unclosed" : ended, line, index, written);
    this.#long = null;
  }
}

/** The lines of records whose quoted values may hold line ends, of which the first is on `line`; asked in ascending order. */
function linesOf(records: readonly string[][], line: number): (index: number) => number {
  let known = 0;
  return (index) => {
    for (; known < index; known++) {
      line++;
      for (const value of records[known] ?? []) {
        for (let at = value.indexOf("\n"); at !== -1; at = value.indexOf("\n", at + 1)) line++;
      }
    }
    return line;
  };
}
