import type { type } from "./arktype.ts";
import type { faultGroup } from "./fault-schemas.ts";
import type { Fault } from "./faults.ts";

export { describeGroup } from "./fault-words.ts";

/** All faults of one kind in one column of one file. */
export type FaultGroup = type.infer<typeof faultGroup>;

/** Places that a group keeps. */
export const placesKept = 3;

/** Faults by file, kind and column, in the order in which each kind was first met. */
export function groupFaults(faults: readonly Fault[]): FaultGroup[] {
  const groups = new Map<string, FaultGroup>();
  for (const fault of faults) {
    const id = JSON.stringify([fault.file, fault.code, fault.column]);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, groupOf(fault));
    else {
      group.count++;
      if (group.first.length < placesKept) group.first.push(placeOf(fault));
    }
  }
  return [...groups.values()];
}

/** A group of one. */
export function groupOf(fault: Fault): FaultGroup {
  const { file, column, code, reason } = fault;
  return { file, ...(column !== undefined && { column }), code, reason, count: 1, first: [placeOf(fault)] };
}

export function placeOf({ line, value }: Fault): FaultGroup["first"][number] {
  return { ...(line !== undefined && { line }), ...(value !== undefined && { value }) };
}
