import type { Stats } from "node:fs";
import type { Column } from "../core/columns.ts";
import { type Head, type HeadFault, readHead } from "./head.ts";
import { type Expected, type HeaderFault, mapHeader, misreadHeader } from "./header.ts";
import { type ChunkOptions, SourceFault, SourceFile } from "./source.ts";

/** What the beginning of a table's file tells. */
export interface Opening {
  /** How to read its rows; null when nothing in the file can be understood. */
  layout: { head: Head; columns: (Column | null)[] } | null;
  faults: (HeadFault & HeaderFault)[];
  /** The file as it was then. */
  stats: Stats | null;
}

/** Reads a file up to its first row. Does not throw for what is wrong with the file. */
export async function openFile(expected: Expected & { path: string }): Promise<Opening> {
  let stats: Stats | null = null;
  try {
    const file = await SourceFile.open(expected.path);
    stats = file.before;
    return { ...understand(await headOf(file), expected), stats };
  } catch (error) {
    if (error instanceof SourceFault)
      return { layout: null, faults: [{ code: error.code, reason: error.reason }], stats };
    throw error;
  }
}

async function headOf(file: SourceFile): Promise<Head | HeadFault> {
  let data = Buffer.alloc(0);
  for await (const chunk of file.chunks()) {
    data = Buffer.concat([data, chunk]);
    const head = readHead(data, false);
    if (head !== null) return head;
  }
  return readHead(data, true) ?? { code: "file_empty", reason: "the file has no header", line: 1 };
}

function understand(head: Head | HeadFault, expected: Expected): Pick<Opening, "layout" | "faults"> {
  if (!("cells" in head)) return { layout: null, faults: [head] };
  const faults: Opening["faults"] = [];
  for (let line = 1; line < head.line; line++) {
    faults.push({ code: "row_blank", reason: "a blank line before the header", line });
  }
  if (head.fault !== null) faults.push(head.fault);
  const misread = misreadHeader(head.cells, expected.shape);
  if (misread !== null) return { layout: null, faults: [...faults, { ...misread, line: head.line }] };
  const mapping = mapHeader(head.cells, expected);
  faults.push(...mapping.faults.map((fault) => ({ ...fault, line: head.line })));
  return { layout: { head, columns: mapping.columns }, faults };
}

/** The content of an opened file after its head. */
export async function* rowChunks(file: SourceFile, head: Head, options: ChunkOptions): AsyncGenerator<Buffer> {
  let toSkip = head.length;
  for await (const chunk of file.chunks(options)) {
    const skipped = Math.min(toSkip, chunk.length);
    toSkip -= skipped;
    yield chunk.subarray(skipped);
  }
}
