// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import React, { type ReactNode } from "react";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  /** What its cells are sorted by where that is not their text. */
  sort?: (row: Row) => string | number;
  /** Figures stand at the right; `wide` text may take what is left of the line. */
  look?: "figure" | "wide" | "code" | "whole";
  /** Names its row. */
  heads?: true;
}

interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** What a row's class tells besides its cells. */
  classOf?: (row: Row) => string;
  idOf?: (row: Row) => string | undefined;
}

/** A table that scrolls by itself where the page is too narrow for it. */
export function DataTable<Row>({ caption, columns, rows, classOf, idOf }: Props<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="scroll" aria-label={caption} tabIndex={0}>
      <table className="data">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, look }) => (
              <th key={title} scope="col" className={look}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: it is drawn once
            <tr key={index} className={classOf?.(row) || undefined} id={idOf?.(row)}>
              {columns.map((column) => (
                <Cell key={column.title} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell<Row>({ column: { cell, sort, look, heads }, row }: { column: Column<Row>; row: Row }) {
  const told = { className: look, "data-sort": sort?.(row) };
  return heads ? (
    <th scope="row" {...told}>
      {cell(row)}
    </th>
  ) : (
    <td {...told}>{cell(row)}</td>
  );
}
