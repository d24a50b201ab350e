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
  readonly #groups = new Map<string, FaultGroup>();

  constructor(
    readonly file: string,
    readonly onFault: ((fault: Fault) => void) | undefined,
  ) {}

  add(code: FaultCode, reason: string, line?: number, column?: string, value?: string): void {
    this.count++;
    const id = column === undefined ? code : `${code} ${column}`;
    const group = this.#groups.get(id);
    const isKept = this.listed.length < listedPerFile;
    if (group !== undefined && !isKept && this.onFault === undefined) {
      group.count++;
      return;
    }
    const fault: Fault = { file: this.file, code, reason };
    if (line !== undefined) fault.line = line;
    if (column !== undefined) fault.column = showValue(column);
    if (value !== undefined) fault.value = showValue(value);
    if (isKept) this.listed.push(fault);
    this.onFault?.(fault);
    if (group === undefined) this.#groups.set(id, groupOf(fault));
    else if (group.first.length < placesKept) {
      group.count++;
      group.first.push(placeOf(fault));
    } else group.count++;
  }

  /** In the order in which each kind was first met. */
  get groups(): FaultGroup[] {
    return [...this.#groups.values()];
  }
}
