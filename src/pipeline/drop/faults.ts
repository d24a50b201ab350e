import { basename, join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { type Fault, type FaultGroup, type FileFault, isMendedHere } from "../../core/faults.ts";
import { formatCounted } from "../../core/format.ts";
import type { Part } from "../../csv/parts/parts.ts";
import { PartsTally } from "../../csv/parts/tally.ts";
import { RejectFile } from "../../csv/reject-file.ts";
import { FaultTally, listedPerFile } from "../../csv/tally.ts";
import type { Sql } from "../../postgres/connection/connect.ts";

/** Everything found wrong with one drop: a tally each time that one of its files is looked at. */
export class DropFaults {
  readonly #tallies: FaultTally[] = [];
  readonly #rejects: RejectFile | null;
  /** Of tables with several files: what these are called, by the path of them all. */
  readonly #parts = new Map<string, string[]>();
  readonly #presumed: { tally: FaultTally; fault: FileFault }[] = [];

  /** All faults, beyond those that are listed, go into the file at `rejectPath`, made with the first of them. */
  constructor(
    readonly month: string,
    rejectPath: string | null,
  ) {
    this.#rejects = rejectPath === null ? null : new RejectFile(rejectPath);
  }

  /** For the faults that are about to be found in the file of this name. */
  in(name: string): FaultTally {
    const tally = new FaultTally(name, this.#rejects);
    this.#tallies.push(tally);
    return tally;
  }

  /** For those that are found by what a table's rows say, with their places. */
  of(path: string): PartsTally {
    const names = this.#parts.get(path) ?? [basename(path)];
    return new PartsTally(names.map((name) => this.in(name)));
  }

  /** What the files of a table are called, once they are known. */
  know(path: string, parts: readonly Part[]): void {
    if (parts.length > 1)
      this.#parts.set(
        path,
        parts.map(({ name }) => name),
      );
  }

  /** Adds what is wrong with a file as a whole. */
  add({ file, code, reason }: Fault): void {
    this.in(file).add(code, reason);
  }

  /** What is to be told of a file in which nothing else is found. */
  presume(tally: FaultTally, fault: FileFault): void {
    this.#presumed.push({ tally, fault });
  }

  /** No more is to be found: what was presumed is told where nothing was. */
  settle(): void {
    for (const { tally, fault } of this.#presumed.splice(0)) {
      const isFound = this.#tallies.some(({ file, count }) => file === tally.file && count > 0);
      if (!isFound) tally.add(fault.code, fault.reason, fault.line, fault.column, fault.value);
    }
  }

  /** True while nothing is wrong, nor presumed to be. */
  get isClean(): boolean {
    return this.count === 0 && this.#presumed.length === 0;
  }

  get count(): number {
    return this.#tallies.reduce((sum, { count }) => sum + count, 0);
  }

  get groups(): FaultGroup[] {
    return this.#tallies.flatMap(({ groups }) => groups);
  }

  /** The first thousand of each file. */
  get listed(): Fault[] {
    return [...this.#listedByFile().values()].flatMap((listed) => listed.slice(0, listedPerFile));
  }

  /** No more are to come: the path of the reject file, null when there is none. */
  close(): string | null {
    return this.#rejects?.close() ?? null;
  }

  rejection(): ConsoleError {
    if (this.count > 0 && this.listed.every(({ code }) => code === "column_new")) return this.#outgrown();
    const faults = formatCounted(this.count, "fault");
    const files = formatCounted(this.#listedByFile().size, "file");
    const isOurs = this.listed.every(({ code }) => isMendedHere(code));
    return new ConsoleError("drop_rejected", `${this.month} was rejected: ${faults} in ${files}.`, {
      hint: isOurs
        ? "Nothing was published. Do what is said of each file, then run the month again."
        : "Nothing was published. Send the list to whoever made the drop, and run the month again when it is mended.",
      faults: this.listed,
      faultCount: this.count,
    });
  }

  throwIfAny(): void {
    if (!this.isClean) throw this.rejection();
  }

  /** The tables have outgrown the drop: nothing is wrong with it. */
  #outgrown(): ConsoleError {
    const columns = formatCounted(this.count, "column");
    const title = `${this.month} carries nothing for ${columns} that the tables got since the last drop.`;
    return new ConsoleError("schema_mismatch", title, {
      hint: "Nothing was published. Name them under absent in the manifest, dataset.json, and drops need not carry them.",
      faults: this.listed,
      faultCount: this.count,
    });
  }

  #listedByFile(): Map<string, Fault[]> {
    const listed = this.#tallies.flatMap((tally) => tally.listed);
    return Map.groupBy(listed, ({ file }) => file);
  }
}

/**
 * Where a reject file lies: `<home>/rejects/<database>-<hash>/<dataset>/<name>.csv`, for each database counts its runs
 * from 1. The hash tells databases of one name on several servers apart.
 */
export function rejectPath(home: string, { options }: Pick<Sql, "options">, dataset: string, name: string): string {
  const database = options.database ?? "";
  const place = JSON.stringify([options.host, options.port, database]);
  const hash = new Bun.CryptoHasher("sha256").update(place).digest("hex").slice(0, hashLength);
  return join(home, "rejects", `${asFileName(database)}-${hash}`, dataset, `${name}.csv`);
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
