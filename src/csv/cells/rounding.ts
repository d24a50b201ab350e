import type { Column } from "../../core/columns.ts";
import { isMarked } from "./judge.ts";

/** The first value of a column that its type keeps with other digits than it is written with. */
export interface RoundedColumn {
  column: string;
  line: number;
}

/** Digits that every value has room for, whatever they are; with more it depends on which they are. */
export const sureDigits = { float4: 6, float8: 15 };

/** Finds columns of floating-point numbers that cannot hold a value as it is written: the first of each is enough. */
export class Rounding {
  #columns: { index: number; name: string; sure: number; plain: (cell: string) => string; round: typeof Number }[];
  readonly found: RoundedColumn[] = [];

  /** `plain` gives the value of a cell in digits and a point, where it is written in another way. */
  constructor(columns: readonly (Column | null)[], plain: (index: number) => ((cell: string) => string) | undefined) {
    this.#columns = columns.flatMap((column, index) => {
      if (column === null || (column.type !== "float4" && column.type !== "float8")) return [];
      const sure = sureDigits[column.type];
      const round = (column.type === "float4" ? Math.fround : Number) as typeof Number;
      return [{ index, name: column.name, sure, plain: plain(index) ?? String, round }];
    });
  }

  /** True while there is a column of which none was found. */
  get isOpen(): boolean {
    return this.#columns.length > 0;
  }

  /** Whether a sound value of the column is the first such one. */
  isFirst(index: number, value: string): boolean {
    return this.#columns.some((column) => column.index === index && isRounded(value, column));
  }

  /** Looks at sound records; `lineOf` is asked for one of them. */
  look(records: readonly string[][], lineOf: () => (index: number) => number): void {
    for (const column of this.#columns) {
      const at = records.findIndex((cells) => isRounded(cells[column.index] ?? "", column));
      if (at === -1) continue;
      this.found.push({ column: column.name, line: lineOf()(at) });
      this.#columns = this.#columns.filter((one) => one !== column);
    }
  }
}

function isRounded(
  cell: string,
  { sure, plain, round }: { sure: number; plain: (cell: string) => string; round: typeof Number },
): boolean {
  // A sign and a point are no digits.
  if (cell.length <= sure) return false;
  const value = plain(isMarked(cell) ? cell.slice(1) : cell);
  const kept = round(value);
  if (String(kept) === value) return false;
  const written = digitsOf(value);
  return written.length > sure && written !== digitsOf(sure === 6 ? shortest(kept) : String(kept));
}

/** Without the zeros that say nothing, and where the point stands: what is rounded has other digits. */
function digitsOf(value: string): string {
  const [mantissa = ""] = value.split(/e/i);
  return mantissa.replace(/[-.]/g, "").replace(/^0+|0+$/g, "");
}

/** Of the decimals that are this number of 32 bits and no other one, the shortest. */
export function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(9)));
}
