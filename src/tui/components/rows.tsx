// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import { Text } from "ink";
import React, { memo } from "react";
import type { Row } from "../spans.ts";
import { type Look, paint } from "../theme.ts";

/** One line is one text node: four times cheaper than a box for every cell. An unchanged line is not drawn again. */
export const Line = memo(function Line({ text }: { text: string }) {
  // An empty text would take no line at all.
  return <Text wrap="truncate-end">{text === "" ? " " : text}</Text>;
});

export function Rows({ rows, look }: { rows: readonly Row[]; look: Look }) {
  // A line has no identity of its own: its place on the screen is its key.
  return rows.map((line, index) => <Line key={String(index)} text={paint(line, look)} />);
}
