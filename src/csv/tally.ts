import { type FaultGroup, groupOf, placeOf, placesKept } from "../core/fault-groups.ts";
import type { Fault, FaultCode } from "../core/faults.ts";
import { clip, escapeControl } from "../core/text.ts";

/** Faults listed for one file; beyond them they are only counted. */
export const listedPerFile = 1_000;

const shownWidth = 80;
const plain = /^[\x20-\x7e]{0,80}$/;

/** A value as it is shown: on one line, safe for a terminal, cut to 80 columns. */
export function showValue(value: string): string {
  return plain.test(value) ? value : clip(escapeControl(value.slice(0, 4 * shownWidth)), shownWidth);
}

/** The faults of one file as they are found: all are counted and handed on, the first are kept. */
export class FaultTally {
  readonly listed: Fault[] = [];
  count = 0;
  /** By column, then by code: a file may have millions of faults, so neither is put together into a key. */
  readonly #groups = new Map<string | undefined, Map<FaultCode, FaultGroup>>();
  readonly #inOrder: FaultGroup[] = [];

  constructor(
    readonly file: string,
    readonly onFault: ((fault: Fault) => void) | undefined,
  ) {}

  add(code: FaultCode, reason: string, line?: number, column?: string, value?: string): void {
    this.count++;
    const group = this.#groups.get(column)?.get(code);
    const isListed = this.listed.length < listedPerFile;
    if (group !== undefined) group.count++;
    if (group !== undefined && !isListed && this.onFault === undefined) return;
    const fault = this.#fault(code, reason, line, column, value);
    if (isListed) this.listed.push(fault);
    this.onFault?.(fault);
    if (group === undefined) this.#open(column, fault);
    else if (group.first.length < placesKept) group.first.push(placeOf(fault));
  }

  /** In the order in which each kind was first met. */
  get groups(): FaultGroup[] {
    return this.#inOrder;
  }

  #fault(code: FaultCode, reason: string, line?: number, column?: string, value?: string): Fault {
    const { file } = this;
    if (line !== undefined && column !== undefined && value !== undefined) {
      return { file, line, column: showValue(column), value: showValue(value), code, reason };
    }
    return {
      ...{ file, code, reason },
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column: showValue(column) }),
      ...(value !== undefined && { value: showValue(value) }),
    };
  }

  #open(column: string | undefined, fault: Fault): void {
    const group = groupOf(fault);
    const ofColumn = this.#groups.get(column) ?? new Map<FaultCode, FaultGroup>();
    this.#groups.set(column, ofColumn.set(fault.code, group));
    this.#inOrder.push(group);
  }
}
