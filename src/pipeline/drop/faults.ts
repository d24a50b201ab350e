import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { type Fault, type FaultGroup, groupFaults } from "../../core/faults.ts";
import { formatCounted } from "../../core/format.ts";
import { RejectFile, type RejectSink } from "../../csv/reject-file.ts";
import type { Sql } from "../../postgres/connection/connect.ts";

const listedPerFile = 1_000;

/** What a file's reader found: the first thousand faults, how many there are, and all of them by kind. */
interface Found {
  listed: readonly Fault[];
  count: number;
  groups: readonly FaultGroup[];
}

/** Everything found wrong with one drop. */
export class DropFaults {
  readonly #listed = new Map<string, Fault[]>();
  readonly #groups: FaultGroup[] = [];
  #count = 0;

  constructor(
    readonly month: string,
    /** Receives the faults that no reader has handed on already. */
    readonly onFault: RejectSink = () => {},
  ) {}

  /** Take over what a reader found, which handed each fault on as it met it. */
  addFound({ listed, count, groups }: Found): void {
    this.#count += count;
    this.#groups.push(...groups);
    this.#list(listed);
  }

  add(faults: readonly Fault[]): void {
    for (const { file, line, column, value, reason } of faults) this.onFault(file, line, column, value, reason);
    this.addFound({ listed: faults, count: faults.length, groups: groupFaults(faults) });
  }

  get count(): number {
    return this.#count;
  }

  get groups(): FaultGroup[] {
    return this.#groups;
  }

  /** The first thousand of each file. */
  get listed(): Fault[] {
    return [...this.#listed.values()].flat();
  }

  rejection(): ConsoleError {
    if (this.listed.every(({ code }) => code === "column_new")) return this.#outgrown();
    const faults = formatCounted(this.#count, "fault");
    const files = formatCounted(this.#listed.size, "file");
    return new ConsoleError("drop_rejected", `${this.month} was rejected: ${faults} in ${files}.`, {
      hint: "Nothing was published. Send the list to whoever made the drop, and run the month again when it is mended.",
      faults: this.listed,
      faultCount: this.#count,
    });
  }

  throwIfAny(): void {
    if (this.#count > 0) throw this.rejection();
  }

  /** The tables have outgrown the drop: nothing is wrong with it. */
  #outgrown(): ConsoleError {
    const columns = formatCounted(this.#count, "column");
    const title = `${this.month} carries nothing for ${columns} that the tables got since the last drop.`;
    return new ConsoleError("schema_mismatch", title, {
      hint: "Nothing was published. Name them under absent in the manifest (db/dataset.json), and drops leave them alone.",
      faults: this.listed,
      faultCount: this.#count,
    });
  }

  #list(faults: readonly Fault[]): void {
    for (const fault of faults) {
      const listed = this.#listed.get(fault.file) ?? [];
      if (listed.length < listedPerFile) listed.push(fault);
      this.#listed.set(fault.file, listed);
    }
  }
}

/** Where a run's faults go, all of them, beyond those that are listed. */
export interface Rejects {
  add: RejectSink;
  /** Path of the reject file; null when there was no fault, or no way to write it. */
  close(): Promise<string | null>;
}

/**
 * The folder of the reject files of one dataset in one database, `<home>/rejects/<database>-<hash>/<dataset>`: each
 * database counts its runs from 1. The hash tells databases of one name on several servers apart.
 */
export function rejectFolder(home: string, { options }: Pick<Sql, "options">, dataset: string): string {
  const database = options.database ?? "";
  const place = JSON.stringify([options.host, options.port, database]);
  const hash = new Bun.CryptoHasher("sha256").update(place).digest("hex").slice(0, hashLength);
  return join(home, "rejects", `${asFileName(database)}-${hash}`, dataset);
}

const hashLength = 6;
const longestName = 40;

/** A database may have any name; what may not stand in a file's is left to the hash to tell. */
function asFileName(name: string): string {
  return name
    .slice(0, longestName)
    .replace(/[^A-Za-z0-9_.-]/g, "_")
    .replace(/^\./, "_");
}

/** The reject file of a run: `<month>-<run>.csv` in that folder, made with the first fault. */
export function rejectsOf(folder: string, month: string, run: number | "check"): Rejects {
  const file = new RejectFile(join(folder, `${month}-${run}.csv`));
  return {
    add: file.add,
    // A full disk must not hide what is wrong with the drop: the first faults are in the ledger all the same.
    close: () => file.close().catch(() => null),
  };
}
