import { formatCount } from "../../core/format.ts";
import type { CellType, MakeCellType } from "./cell-type.ts";

/** text, varchar(length), bpchar(length): anything that fits, counted in characters as PostgreSQL does. */
export const textType: MakeCellType = ({ length }) => {
  const type: CellType = {
    isText: true,
    pattern: /^/,
    within: length === null ? null : (value) => value.length <= length || characters(value) <= length,
    explain: (value) => ({
      code: "not_of_type",
      reason: `${formatCount(characters(value))} characters, where the column holds ${formatCount(length ?? 0)}`,
    }),
  };
  return type;
};

function characters(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

/** A type that the reader does not know: PostgreSQL judges it, when the row is copied. */
export const anyType: MakeCellType = () => ({
  isText: true,
  pattern: /^/,
  within: null,
  explain: () => ({ code: "not_of_type", reason: "not a value of the column's type" }),
});
