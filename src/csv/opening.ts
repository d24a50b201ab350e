import type { Column } from "../core/columns.ts";
import type { FaultCode, FileFault } from "../core/faults.ts";
import { crByte, type LineEnd, lfByte, Unread } from "./bytes.ts";
import { foreignKind, foreignText, longestBeginning } from "./files/file-kind.ts";
import type { FileStats } from "./files/opened.ts";
import { SourceFault } from "./files/source-fault.ts";
import { mapHeader } from "./header.ts";
import { RecordScanner } from "./scan.ts";
import { type ChunkOptions, SourceFile, type TableSource } from "./source.ts";
import { describeForeignByte, firstForeignByte } from "./utf8.ts";
import { plainSyntax, type Syntax } from "./written/syntax.ts";

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** How to read a file's rows. */
export interface Layout {
  /** In the file's order; null for a column that the table does not have, or that is passed over. */
  columns: (Column | null)[];
  /** How the header's line ends; null when the file ends with it. */
  lineEnd: LineEnd | null;
  /** Bytes up to the first row, byte order mark included. */
  length: number;
  /** Lines, 1-based, of the header and of the first row. */
  line: number;
  firstRow: number;
}

/** The beginning of a file, with what is wrong with its header though the columns can be told. */
interface Head extends Omit<Layout, "columns"> {
  cells: string[];
  faults: FileFault[];
}

/** Reads a file up to its first row, in chunks cut anywhere. */
class HeadReader {
  readonly #unread: Unread;
  #scanner: RecordScanner | null = null;
  /** Bytes before those that are unread: the byte order mark and blank lines, which may be any number. */
  #offset = 0;
  #isBegun = false;
  #line = 1;

  constructor(readonly syntax: Syntax) {
    this.#unread = new Unread(syntax.signs);
  }

  /** A fault when nothing in the file can be understood; null when more is needed to tell, before what is `final`. */
  push(chunk: Buffer, final: boolean): Head | FileFault | null {
    const data = this.#unread.add(chunk);
    if (!this.#isBegun) {
      if (!final && data.length < longestBeginning) return null;
      const kind = foreignKind(data);
      if (kind !== null) return kind;
      if (data.subarray(0, 3).equals(byteOrderMark)) this.#pass(3);
      this.#isBegun = true;
    }
    this.#passBlankLines();
    if (this.#unread.data.length > 0) return this.#read(this.#unread.data, final);
    if (!final) return null;
    const reason = this.#offset === 0 ? "the file has no bytes" : "the file has nothing but blank lines";
    return { code: "file_empty", reason, line: 1 };
  }

  #passBlankLines(): void {
    const { data } = this.#unread;
    let from = 0;
    while (data[from] === lfByte || (data[from] === crByte && data[from + 1] === lfByte)) {
      if (data[from] === lfByte) this.#line++;
      from++;
    }
    if (from > 0) this.#pass(from);
  }

  #pass(bytes: number): void {
    this.#unread.take(bytes);
    this.#offset += bytes;
    this.#scanner = null;
  }

  #read(data: Buffer, final: boolean): Head | FileFault | null {
    const scanner = this.#scanner?.goOn(data, final) ?? new RecordScanner(data, final, 0, this.syntax.signs);
    this.#scanner = scanner;
    const record = scanner.record(0);
    if (record === null) return null;
    const line = this.#line;
    for (const { trouble, linesDown, quoted } of record.cells) {
      if (trouble === null) continue;
      const kind = foreignText(data.toString("latin1", 0, shownBytes));
      if (kind !== null) return { code: "not_csv", reason: `it is ${kind}`, line };
      // Nobody's name is so long: whether it is closed at all is not worth reading the file for.
      const code = trouble === "value_too_long" && quoted ? "quote_unclosed" : trouble;
      return { code, reason: headerTroubles[code] ?? "", line: line + linesDown };
    }
    return {
      cells: record.cells.map((cell) => this.syntax.trim?.(scanner.value(cell)) ?? scanner.value(cell)),
      lineEnd: record.lineEnd === "" ? null : record.lineEnd,
      length: this.#offset + record.next,
      line,
      firstRow: line + record.lines,
      faults: foreignBytes(data.subarray(0, record.next), this.#offset, line, this.syntax),
    };
  }
}

/** Bytes of what is no header that tell what it is. */
const shownBytes = 200;

const headerTroubles: Partial<Record<FaultCode, string>> = {
  line_ends: "the header has a carriage return without a line feed",
  quote_unclosed: "the header opens a quote that is not closed",
  quote_trailing: "text follows a closing quote in the header",
  quote_bare: "the header has a quote inside an unquoted name",
  quote_escape: "the header has a backslash that escapes neither a quote nor another backslash",
  value_too_long: "the header has a name longer than 1 MB",
  row_long: "the header line is longer than 1 MB",
};

function foreignBytes(header: Buffer, offset: number, line: number, { encoding }: Syntax): FileFault[] {
  if (header.includes(0)) return [{ code: "nul_byte", reason: "the header has a NUL byte", line }];
  const at = firstForeignByte(header);
  if (at === -1) return [];
  if (encoding !== plainSyntax.encoding) {
    return [{ code: "encoding", reason: `the header has bytes that are not ${encoding}`, line }];
  }
  return [{ code: "encoding", reason: `in the header, ${describeForeignByte(header[at] ?? 0, offset + at)}`, line }];
}

/** What the beginning of a table's file tells. */
export interface Opening {
  /** Null when nothing in the file can be understood. */
  layout: Layout | null;
  /** Blank lines before the header, each of which is a fault. A number, for there may be millions. */
  blankAbove: number;
  /** The lines of both are those of the file; those of the layout leave comments out. */
  faults: FileFault[];
  /** Of a line that leaves comments out: which one it is in the file. */
  lineOf(line: number): number;
  /** The file as it was then. */
  stats: FileStats | null;
}

/** Reads a file up to its first row. Does not throw for what is wrong with the file. */
export async function openFile(source: TableSource): Promise<Opening> {
  let stats: FileStats | null = null;
  try {
    const file = await SourceFile.open(source);
    stats = file.stats;
    const found = understand(await headOf(file), source);
    const lineOf = (line: number) => file.lineOf(line);
    const faults = found.faults.map((fault) => ({ ...fault, ...(fault.line && { line: lineOf(fault.line) }) }));
    return { ...found, faults, lineOf, stats };
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    const faults = [{ code: error.code, reason: error.reason }];
    return { layout: null, blankAbove: 0, faults, lineOf: (line) => line, stats };
  }
}

async function headOf(file: SourceFile): Promise<Head | FileFault> {
  const reader = new HeadReader(file.syntax);
  for await (const chunk of file.chunks()) {
    const head = reader.push(chunk, false);
    if (head !== null) return head;
  }
  return reader.push(Buffer.alloc(0), true) ?? { code: "file_empty", reason: "the file has no header", line: 1 };
}

function understand(head: Head | FileFault, source: TableSource): Omit<Opening, "stats" | "lineOf"> {
  if (!("cells" in head)) return { layout: null, blankAbove: 0, faults: [head] };
  const { cells, faults, ...place } = head;
  const { line } = place;
  const mapping = mapHeader(cells, source);
  return {
    layout: mapping.columns && { ...place, columns: mapping.columns },
    blankAbove: line - 1,
    faults: [...faults, ...mapping.faults.map((fault) => ({ ...fault, line }))],
  };
}

/** The content of an opened file after its head. */
export async function* rowChunks(file: SourceFile, { length }: Layout, options: ChunkOptions): AsyncGenerator<Buffer> {
  let toSkip = length;
  for await (const chunk of file.chunks(options)) {
    const skipped = Math.min(toSkip, chunk.length);
    toSkip -= skipped;
    yield chunk.subarray(skipped);
  }
}
