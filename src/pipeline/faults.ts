import { ConsoleError } from "../core/errors.ts";
import { type FaultGroup, groupFaults } from "../core/fault-groups.ts";
import type { Fault } from "../core/faults.ts";
import { formatCounted } from "../core/format.ts";
import type { RejectSink } from "../csv/reject-file.ts";

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
