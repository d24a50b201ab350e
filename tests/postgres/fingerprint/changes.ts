import * as fc from "fast-check";
import { shifted } from "./decimals.ts";
import { cellIn } from "./drawn.ts";
import { neighboursOf } from "./neighbours.ts";
import type { Selected } from "./stored.ts";
import type { Row, Value } from "./values.ts";
import { isZero, zeroOf } from "./written.ts";

/** A table as it is sealed; its rows are as the store has them. One that was not touched is the same object as before. */
export interface Table {
  columns: readonly Selected[];
  rows: readonly Row[];
}

/** One change to a table, which is told by numbers that fit any: each is taken modulo what there is to choose from. */
export interface Change {
  kind: keyof typeof kinds;
  row: number;
  column: number;
  other: number;
  pick: number;
  value: Value;
}

/** A change may turn out to be none: a cell that is given the value it has, two equal ones that trade places. */
export function changed(table: Table, change: Change): Table {
  return kinds[change.kind](table, change);
}

export function changesOf(columns: readonly Selected[]): fc.Arbitrary<Change> {
  const numbers = { row: fc.nat(), other: fc.nat(), pick: fc.nat() };
  const none = fc.constant<Value>(null);
  const anywhere = (kind: Change["kind"]) =>
    fc.record({ kind: fc.constant(kind), ...numbers, column: fc.nat(), value: none });
  const given = columns.map(({ type }, column) =>
    fc.record({ kind: fc.constant("given" as const), ...numbers, column: fc.constant(column), value: cellIn(type) }),
  );
  const others = changeKinds.filter((kind) => kind !== "given" && kind !== "neighbour");
  return fc.oneof(
    { weight: 4, arbitrary: fc.oneof(...given) },
    { weight: 6, arbitrary: anywhere("neighbour") },
    ...others.map((kind) => ({ weight: 1, arbitrary: anywhere(kind) })),
  );
}

type Edit = (table: Table, change: Change) => Table;

const kinds = {
  given: cellEdit((_, __, { value }) => value),
  neighbour: cellEdit((type, value, { pick }) => {
    if (value === null) return zeroOf(type);
    const near = neighboursOf(type, value);
    return near[pick % near.length] ?? null;
  }),
  emptied: cellEdit((type, value) => (value === null || !isZero(type, value) ? zeroOf(type) : null)),
  nulled: cellEdit((type, value) => (value === null ? zeroOf(type) : null)),
  "swapped in a row": pairEdit(sameType, (one, other) => [other, one]),
  "text moved on": pairEdit(areTexts, (one, other) => {
    if (typeof one !== "string" || typeof other !== "string") return [other, one];
    const letters = Array.from(one);
    return [letters.slice(0, -1).join(""), (letters.at(-1) ?? "") + other];
  }),
  "both times a power of ten": pairEdit(areNumeric, (one, other, { pick }) => {
    const places = [4, 4, -4, 1, 8][pick % 5] ?? 4;
    return [one, other].map((value) => (value === null ? null : shifted(String(value), places)));
  }),
  "swapped in a column"({ columns, rows }, { row, other, column }) {
    const { from: at } = columnAt(columns, column % columns.length);
    const [place, from] = [row % rows.length, other % rows.length];
    const values = rows.map((cells) => cells[at] ?? null);
    if (place === from) return { columns, rows };
    const put = (cells: Row, value: Value | undefined) => cells.with(at, value ?? null);
    return {
      columns,
      rows: rows.map((cells, index) => {
        if (index === place) return put(cells, values[from]);
        return index === from ? put(cells, values[place]) : cells;
      }),
    };
  },
  removed: ({ columns, rows }, { row }) => ({ columns, rows: rows.toSpliced(row % rows.length, 1) }),
  // The store gives every row a key of its own.
  duplicated: ({ columns, rows }, { row }) => ({ columns, rows: [...rows, [...(rows[row % rows.length] ?? [])]] }),
  "duplicated twice": ({ columns, rows }, { row }) => {
    const one = rows[row % rows.length] ?? [];
    return { columns, rows: [...rows, [...one], [...one]] };
  },
  "added empty": ({ columns, rows }) => ({ columns, rows: [...rows, columns.map(() => null)] }),
  "added of zeros": ({ columns, rows }) => ({ columns, rows: [...rows, columns.map(({ type }) => zeroOf(type))] }),
  renamed: columnEdit((column) => ({ ...column, name: `${column.name}_` })),
  widened: columnEdit((column) => ({ ...column, type: wider[column.type] ?? column.type })),
  // Of neighbours alone: each pair is another statement, which the server has to plan.
  "names exchanged"({ columns, rows }, { column }) {
    const [one, two] = [column % columns.length, (column + 1) % columns.length];
    const named = (at: number, as: number) => ({ ...columnAt(columns, at), name: columnAt(columns, as).name });
    return { columns: columns.with(one, named(one, two)).with(two, named(two, one)), rows };
  },
  "put first"({ columns, rows }, { column }) {
    const at = column % columns.length;
    return { columns: [columnAt(columns, at), ...columns.toSpliced(at, 1)], rows };
  },
} satisfies Record<string, Edit>;

export const changeKinds = Object.keys(kinds).filter((kind): kind is Change["kind"] => kind in kinds);

/** Types that hold all values of another. */
const wider: Record<string, string> = {
  int2: "int4",
  int4: "int8",
  int8: "numeric",
  float4: "float8",
  text: "varchar",
  varchar: "text",
};

function columnAt(columns: readonly Selected[], index: number): Selected {
  const column = columns[index];
  if (column === undefined) throw new RangeError(`no column ${index}`);
  return column;
}

function cellEdit(edit: (type: string, value: Value, change: Change) => Value): Edit {
  return ({ columns, rows }, change) => {
    const { from, type } = columnAt(columns, change.column % columns.length);
    const place = change.row % rows.length;
    const row = rows[place] ?? [];
    return { columns, rows: rows.with(place, row.with(from, edit(type, row[from] ?? null, change))) };
  };
}

function columnEdit(edit: (column: Selected) => Selected): Edit {
  return ({ columns, rows }, change) => {
    const at = change.column % columns.length;
    return { columns: columns.with(at, edit(columnAt(columns, at))), rows };
  };
}

type Fits = (one: Selected, other: Selected) => boolean;

function sameType(one: Selected, other: Selected): boolean {
  return one.type === other.type;
}

function areTexts(one: Selected, other: Selected): boolean {
  return [one, other].every(({ type }) => type === "text" || type === "varchar");
}

function areNumeric(one: Selected, other: Selected): boolean {
  return [one, other].every(({ type }) => type === "numeric");
}

/** Edits two cells of a row whose columns fit together. */
function pairEdit(fits: Fits, edit: (one: Value, other: Value, change: Change) => Value[]): Edit {
  return ({ columns, rows }, change) => {
    const pairs = columns.flatMap((one) =>
      columns.flatMap((other) => (one !== other && fits(one, other) ? [[one.from, other.from] as const] : [])),
    );
    const pair = pairs[change.column % pairs.length];
    if (pair === undefined) return { columns, rows };
    const [at, to] = pair;
    const place = change.row % rows.length;
    const row = rows[place] ?? [];
    const [first, second] = edit(row[at] ?? null, row[to] ?? null, change);
    return { columns, rows: rows.with(place, row.with(at, first ?? null).with(to, second ?? null)) };
  };
}
