import { scope, type } from "../core/arktype.ts";
import type { CellJudge } from "./cells/judge.ts";

/**
 * A check of a whole row, compiled from its columns: true only for rows that are sound, and for nearly all of these.
 * null stands for a column that the table does not have.
 */
export function rowCheck(judges: readonly (CellJudge | null)[]): (row: string[]) => boolean {
  const cells = judges.map((judge) => {
    if (judge === null) return type("string");
    const { pattern, within, mayBeEmpty } = judge.quick;
    const sound = within === null ? type(pattern) : type(pattern).narrow((value) => within(value));
    return mayBeEmpty ? type("''").or(sound) : sound;
  });
  // The one place where compiling pays: it runs for every row.
  const compiled = scope({}, { jitless: false });
  const row = compiled.type.raw(cells);
  return (cellsOfRow) => row.allows(cellsOfRow);
}
