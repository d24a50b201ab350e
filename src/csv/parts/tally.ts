import { lineWordOf } from "../../core/written/file-names.ts";
import type { FaultTally } from "../tally.ts";
import { partAndLine } from "./place.ts";

/** Faults of a table's files that were found by what their rows say: a place tells the file, too. */
export class PartsTally {
  /** One a file, in the order in which they are read. */
  constructor(readonly tallies: readonly FaultTally[]) {}

  add(...[code, reason, place, column, value, key]: Parameters<FaultTally["add"]>): void {
    const { part, line } = partAndLine(place ?? 0);
    this.tallies[part]?.add(code, reason, place === undefined ? undefined : line, column, value, key);
  }

  get count(): number {
    return this.tallies.reduce((sum, { count }) => sum + count, 0);
  }

  /** Such as "line 3"; where there are several files with the one that has it: "line 3 of users_2.csv". */
  inWords(place: number): string {
    const { part, line } = partAndLine(place);
    const file = this.tallies[part]?.file ?? "";
    const at = `${lineWordOf(file)} ${line}`;
    return this.tallies.length > 1 ? `${at} of ${file}` : at;
  }
}
