import { type Fault, type FaultCode, type FaultGroup, groupOf, placeOf, placesKept } from "../core/faults.ts";
import { showValue } from "../core/text.ts";
import type { RejectFile } from "./reject-file.ts";

/** Faults listed for one file; beyond them they are only counted. */
export const listedPerFile = 1_000;

/** The faults of one file as they are found: all are counted and go into the reject file, the first are kept. */
export class FaultTally {
  readonly listed: Fault[] = [];
  /** In the order in which each kind was first met. */
  readonly groups: FaultGroup[] = [];
  count = 0;
  /** Of a line as it is counted: which one it is in the file. Comments are not counted. */
  lineOf: ((line: number) => number) | null = null;
  /** By column, then code: a file may have millions of faults, so the two are not put together into a key. */
  readonly #kinds = new Map<string | undefined, Map<FaultCode, FaultGroup>>();

  constructor(
    readonly file: string,
    readonly rejects: RejectFile | null = null,
  ) {}

  /** `key`, for the reject file alone, is of the row in which the value stands. */
  add(code: FaultCode, reason: string, counted?: number, column?: string, value?: string, key?: string): void {
    this.count++;
    const line = counted === undefined || this.lineOf === null ? counted : this.lineOf(counted);
    const group = this.#kinds.get(column)?.get(code);
    if (group !== undefined) group.count++;
    const isKept = !this.isFull || group === undefined || group.first.length < placesKept;
    if (!isKept && this.rejects === null) return;
    const shownColumn = group?.column ?? (column === undefined ? undefined : showValue(column));
    const shownValue = value === undefined ? undefined : showValue(value);
    this.rejects?.add(this.file, line, shownColumn, shownValue, reason, key);
    if (!isKept) return;
    const fault: Fault = {
      ...{ file: this.file, code, reason },
      ...(line !== undefined && { line }),
      ...(shownColumn !== undefined && { column: shownColumn }),
      ...(shownValue !== undefined && { value: shownValue }),
    };
    if (!this.isFull) this.listed.push(fault);
    if (group === undefined) {
      const first = groupOf(fault);
      this.#kinds.getOrInsertComputed(column, () => new Map()).set(code, first);
      this.groups.push(first);
    } else if (group.first.length < placesKept) group.first.push(placeOf(fault, group));
  }

  /** True once faults are counted and handed on, but no longer listed. */
  get isFull(): boolean {
    return this.listed.length >= listedPerFile;
  }
}
