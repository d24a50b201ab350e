import type { Cell } from "../../src/core/messages/training.ts";
import { OutputFile, type RowWriter } from "../../src/export/output-file.ts";

export type MakeWriter = (file: OutputFile) => Promise<RowWriter> | RowWriter;

/** Rows into a file of that path, as an export writes them; resolves to the path. */
export async function writeFile(path: string, rows: readonly Cell[][], make: MakeWriter): Promise<string> {
  const file = await OutputFile.create(path);
  try {
    const writer = await make(file);
    // In batches of any size.
    for (let from = 0; from < rows.length; from += 7_000) await writer.write(rows.slice(from, from + 7_000));
    await writer.finish();
    await file.close();
    await file.publish();
  } finally {
    await file.discard();
  }
  return path;
}
