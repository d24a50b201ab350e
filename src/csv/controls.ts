import { holdsControls } from "./cells/control-signs.ts";
import { isMarked } from "./cells/judge.ts";

/**
 * Characters of `holdsControls` in bytes of UTF-8, a character each: whole blocks are searched before any of their cells is looked at. Apart, for
 * all in one pattern takes ten times as long as the first of them, which is all that most blocks need.
 */
const single = /[^\t\n\r -~\x80-\xff]/;
const ofTwoBytes = /\xc2[\x80-\x9f]/;
const ofThreeBytes = /\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])/;
const returnAlone = /\r(?!\n)/;

/** True for a sound block that may have some. `text` is what it says, where that was decoded anyway. */
export function mayHoldControls(block: Buffer, text: string | null): boolean {
  // Text as long as its bytes is of characters of one byte.
  if (text?.length === block.length) return single.test(text);
  const bytes = block.toString("latin1");
  const isPlain = text !== null;
  // Where nothing is quoted no carriage return is sound but that of a line end.
  return [single, ofTwoBytes, ofThreeBytes, ...(isPlain ? [] : [returnAlone])].some((one) => one.test(bytes));
}

/** How many values of a column hold such characters, and the line of the first. */
export interface ControlColumn {
  column: string;
  count: number;
  line: number;
}

/** Finds them in sound blocks. A warning, and no fault: PostgreSQL keeps them, and they may be meant. */
export class Controls {
  readonly #columns = new Map<number, ControlColumn>();

  constructor(readonly names: readonly string[]) {}

  /** Counts those of these records; `lineOf` is asked in ascending order. */
  count(records: readonly string[][], lineOf: (index: number) => number): void {
    for (const [index, cells] of records.entries()) {
      for (const [place, cell] of cells.entries()) {
        if (!holdsControls(isMarked(cell) ? cell.slice(1) : cell)) continue;
        const column = this.#columns.getOrInsertComputed(place, () => this.#met(place, lineOf(index)));
        column.count++;
      }
    }
  }

  /** In the order of the file. */
  get columns(): ControlColumn[] {
    return [...this.#columns.entries()].sort(([a], [b]) => a - b).map(([, column]) => column);
  }

  #met(place: number, line: number): ControlColumn {
    return { column: this.names[place] ?? "", count: 0, line };
  }
}
