import { ConsoleError } from "../core/errors.ts";
import type { Fault } from "../core/faults.ts";

const listedPerFile = 1_000;

/** Everything found wrong with one drop: the first thousand faults of each file, and how many there are in all. */
export class DropFaults {
  readonly #listed = new Map<string, Fault[]>();
  #count = 0;

  constructor(readonly month: string) {}

  add(faults: readonly Fault[], count = faults.length): void {
    this.#count += count;
    for (const fault of faults) {
      const listed = this.#listed.get(fault.file) ?? [];
      if (listed.length < listedPerFile) listed.push(fault);
      this.#listed.set(fault.file, listed);
    }
  }

  get count(): number {
    return this.#count;
  }

  get listed(): Fault[] {
    return [...this.#listed.values()].flat();
  }

  rejection(): ConsoleError {
    const files = this.#listed.size;
    const faults = `${this.#count} ${this.#count === 1 ? "fault" : "faults"}`;
    return new ConsoleError(
      "drop_rejected",
      `${this.month} was rejected: ${faults} in ${files} ${files === 1 ? "file" : "files"}.`,
      {
        hint: "Nothing was published. Send the list to whoever made the drop, and run the month again when it is mended.",
        faults: this.listed,
        faultCount: this.#count,
      },
    );
  }

  throwIfAny(): void {
    if (this.#count > 0) throw this.rejection();
  }
}
