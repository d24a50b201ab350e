import { type } from "./arktype.ts";
import { type Fault, type FaultCode, faultCodes } from "./faults.ts";

export { describeGroup } from "./fault-words.ts";

/** Where one fault stands, and the value as written. */
const Place = type({ "line?": "number", "value?": "string" });

/** All faults of one kind in one column of one file: how many there are, why, and where the first of them stand. */
export const FaultGroup = type({
  file: "string",
  "column?": "string",
  code: type.enumerated(...(Object.keys(faultCodes) as FaultCode[])),
  /** Of the first of them. */
  reason: "string",
  count: "number.integer > 0",
  first: Place.array(),
});
export type FaultGroup = typeof FaultGroup.infer;

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
