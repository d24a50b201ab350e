import { type Fault, type FaultCode, type FaultGroup, groupOf, placeOf, placesKept } from "../core/faults.ts";
import { clip, escapeControl } from "../core/text.ts";
import type { RejectSink } from "./reject-file.ts";

/** Faults listed for one file; beyond them they are only counted. */
export const listedPerFile = 1_000;

const shownWidth = 80;

/** Neither printable ASCII nor a Latin letter. */
const notPlain = /[^ -~\u00c0-\u024f]/;

/** A value as it is shown: on one line, safe for a terminal, cut to 80 columns. */
export function showValue(value: string): string {
  if (value.length <= shownWidth && !notPlain.test(value)) return value;
  return clip(escapeControl(value.slice(0, 4 * shownWidth)), shownWidth);
}

/** The faults of one file as they are found: all are counted and handed on, the first are kept. */
export class FaultTally {
  readonly listed: Fault[] = [];
  count = 0;
  /** By column: a file may have millions of faults, so column and code are not put together into a key. */
  readonly #groups = new Map<string | undefined, FaultGroup[]>();
  readonly #inOrder: FaultGroup[] = [];

  constructor(
    readonly file: string,
    readonly onFault: RejectSink | undefined,
  ) {}

  add(code: FaultCode, reason: string, line?: number, column?: string, value?: string): void {
    this.count++;
    const group = this.#group(column, code);
    if (group !== null) group.count++;
    const shown = group?.column ?? (column === undefined ? undefined : showValue(column));
    const isKept = !this.isFull || group === null || group.first.length < placesKept;
    if (!isKept && this.onFault === undefined) return;
    const shownValue = value === undefined ? undefined : showValue(value);
    this.onFault?.(this.file, line, shown, shownValue, reason);
    if (isKept) this.#keep(column, group, faultOf(this.file, code, reason, line, shown, shownValue));
  }

  /** True once faults are counted and handed on, but no longer listed. */
  get isFull(): boolean {
    return this.listed.length >= listedPerFile;
  }

  /** In the order in which each kind was first met. */
  get groups(): FaultGroup[] {
    return this.#inOrder;
  }

  #group(column: string | undefined, code: FaultCode): FaultGroup | null {
    const groups = this.#groups.get(column);
    if (groups === undefined) return null;
    for (let at = 0; at < groups.length; at++) if (groups[at]?.code === code) return groups[at] ?? null;
    return null;
  }

  #keep(column: string | undefined, group: FaultGroup | null, fault: Fault): void {
    if (!this.isFull) this.listed.push(fault);
    if (group === null) this.#open(column, groupOf(fault));
    else if (group.first.length < placesKept) group.first.push(placeOf(fault));
  }

  #open(column: string | undefined, group: FaultGroup): void {
    this.#groups.set(column, [...(this.#groups.get(column) ?? []), group]);
    this.#inOrder.push(group);
  }
}

function faultOf(
  file: string,
  code: FaultCode,
  reason: string,
  line: number | undefined,
  column: string | undefined,
  value: string | undefined,
): Fault {
  return {
    ...{ file, code, reason },
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(value !== undefined && { value }),
  };
}
