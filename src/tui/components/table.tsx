// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import { Text, Transform } from "ink";
import React, { type ComponentType, memo, type PropsWithChildren, type ReactNode } from "react";
import { placeOfLine } from "../device/kept-rows.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { fitted, type Grid, gridAsRows, headingOf } from "../drawing/grid.ts";
import type { Row } from "../drawing/spans.ts";
import { type Look, paint } from "../drawing/theme.ts";

/**
 * One line is one text node: four times cheaper than a box for every cell. An unchanged line is not drawn again, and none is
 * measured, for it has the width that it is to have.
 */
const Line = memo(function Line({ text }: { text: string }) {
  return <Transform transform={() => text}>{placeOfLine}</Transform>;
});

export function Rows({ rows, look }: { rows: readonly Row[]; look: Look }) {
  // A line has no identity of its own: its place on the screen is its key.
  return rows.map((line, index) => <Line key={String(index)} text={paint(line, look)} />);
}

/**
 * The one place that touches ink-table. It measures cells by their number of code units, never cuts them and rules every
 * line; so each cell comes in painted at its exact width, and whatever it adds around them is left out.
 */

interface TableProps {
  data: Record<string, string>[];
  columns: string[];
  padding: number;
  cell: ComponentType<PropsWithChildren<{ column: number }>>;
  header: ComponentType<PropsWithChildren>;
  skeleton: ComponentType<PropsWithChildren>;
}

let loaded: ComponentType<TableProps> | null = null;

/** It is CommonJS and requires ink, an ES module: that works once ink is loaded, and only by a dynamic import. */
export async function loadTable(): Promise<void> {
  const module: unknown = await import("ink-table");
  loaded = tableIn(module);
}

/** The component, however deep the module wraps its default export. */
function tableIn(module: unknown): ComponentType<TableProps> | null {
  if (typeof module === "function") return module as ComponentType<TableProps>;
  if (typeof module !== "object" || module === null || !("default" in module)) return null;
  return tableIn(module.default);
}

const nothing = (): ReactNode => null;

function Painted({ children }: PropsWithChildren) {
  // What lies before and after the marks is the table's own padding.
  const text = String(children ?? "");
  return <Text>{text.slice(text.indexOf(mark) + mark.length, text.lastIndexOf(mark))}</Text>;
}

/** Stands at both ends of a cell, so that its own blanks can be told from the table's. */
const mark = "\x1b[0m";

export function Table({ grid, look }: { grid: Grid; look: Look }) {
  const { ellipsis } = glyphsOf(look);
  if (loaded === null) return <Rows rows={gridAsRows(grid, ellipsis)} look={look} />;
  const InkTable = loaded;
  const names = grid.columns.map((_, index) => String(index));
  const data = grid.rows.map(({ cells, selected }) =>
    Object.fromEntries(
      fitted(grid, cells, ellipsis).map((spans, index) => [index, `${mark}${paint({ spans, selected }, look)}${mark}`]),
    ),
  );
  return (
    <React.Fragment>
      <Rows rows={[headingOf(grid, ellipsis)]} look={look} />
      <InkTable data={data} columns={names} padding={1} cell={Painted} header={nothing} skeleton={nothing} />
    </React.Fragment>
  );
}
