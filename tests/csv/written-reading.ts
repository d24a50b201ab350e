import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TableShape } from "../../src/core/columns.ts";
import { dialectOf, whyNotWritten } from "../../src/core/written/dialect.ts";
import type { Written } from "../../src/core/written/settings.ts";
import { dates, readFile } from "./reading.ts";
import { type Cells, readRows } from "./reference.ts";

/** A folder for files of one dialect and another. */
export class WrittenFolder {
  readonly path = mkdtempSync(join(tmpdir(), "streamflow-written-"));

  /** The rows of a file as PostgreSQL is sent them, and what is wrong with it. */
  async read(bytes: Buffer | string, shape: TableShape, written: Written) {
    const dialect = dialectOf(written);
    const reason = whyNotWritten(dialect);
    if (reason !== null) throw new Error(reason);
    const path = join(this.path, "t.csv");
    writeFileSync(path, bytes);
    const sent: Uint8Array[] = [];
    const write = async (chunk: Uint8Array) => void sent.push(Buffer.from(chunk));
    const read = await readFile({ path, shape, optional: new Set(), dates, written: dialect }, { write });
    const rows: Cells = read.faultCount === 0 ? readRows(Buffer.concat(sent).toString("utf8")) : [];
    return { ...read, cells: rows };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
