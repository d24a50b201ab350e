import { formatCounted } from "../../core/format.ts";
import type { Request } from "../../core/messages/requests.ts";
import { escapeControl } from "../../core/text.ts";
import { glyphsOf, withSigns } from "../drawing/glyphs.ts";
import { type Column, type Grid, gridAsRows, gridOf } from "../drawing/grid.ts";
import { key, withKeysInForce } from "../drawing/keys-in-words.ts";
import { blank, indented, type Row, type Span, span, type Tone, wrap } from "../drawing/spans.ts";
import { here, refusalOf, type Trouble, type Ui } from "../model/model.ts";

import { listChoice } from "../model/sorting.ts";

/** A part of what is drawn, top to bottom. */
export type Block = Row[] | Grid;

/** A part of a first line. Where not all of them fit, those with a higher `drop` go first, and whole; those without one stay. */
export interface TitlePart extends Span {
  drop?: number;
}

/** What a screen is made of, inside the frame that all of them share. */
export interface Screen {
  /** First line: what this is, and at the right how it stands. */
  title: TitlePart[];
  right?: TitlePart[];
  /** In the rule below it. */
  caption?: string;
  /** Above the rows, drawn by the table component. */
  grid?: Grid;
  rows: Row[];
  /** Of a text that is scrolled: the first line that its end can be seen from. */
  last?: number;
}

/** Room for a screen's body. */
export interface Area {
  width: number;
  height: number;
  /** Columns of the whole terminal, where something stands beside the screen: what is selected needs no preview then. */
  whole?: number;
}

export function yielding(drop: number, text: string, tone?: Tone): TitlePart {
  return { ...span(text, tone), drop };
}

/** Lines of a table in which nothing can be selected. */
export function withoutCursor(rows: readonly Row[]): Row[] {
  return rows.map(({ spans }) => ({ spans }));
}

/** Words over as many lines as they need, `lines` at most where so many are named, and safe to show. */
export function paragraph(ui: Ui, words: string, lines = Number.MAX_SAFE_INTEGER, tone?: Tone): Row[] {
  const glyphs = glyphsOf(ui.look);
  const text = withSigns(withKeysInForce(escapeControl(words), ui.own.keys), glyphs);
  return wrap(text, ui.size.columns - 6, lines, glyphs.ellipsis).map((line) => indented(span(line, tone)));
}

/** As many of the rows as there is room for; that there are others, and what has all of them, stands in the last line then. */
export function upTo(ui: Ui, rows: readonly Row[], most: number, whatHasAll: string): Row[] {
  if (rows.length <= most) return [...rows];
  const shown = rows.slice(0, Math.max(0, most - 1));
  const others = formatCounted(rows.length - shown.length, "more line");
  return [...shown, ...paragraph(ui, `${glyphsOf(ui.look).ellipsis} ${others}: ${whatHasAll}`, 1, "dim")];
}

/** What stands where an answer is still awaited, or why it will not come. */
export function awaitedRows(ui: Ui, request: Request, awaited: string): Row[] {
  const refusal = refusalOf(ui, request);
  if (refusal === null) return emptyRows(ui, `${awaited}${glyphsOf(ui.look).ellipsis}`);
  const back = ui.stack.length > 1 ? `; ${key("esc")} goes back` : "";
  return [...troubleRows(ui, refusal), indented(span(`${key("ctrl+r")} asks again${back}`, "dim"))];
}

/** What went wrong, with its cause at the end of it, and what to do: on as many lines as that takes. */
export function troubleRows(ui: Ui, { title, hint }: Trouble): Row[] {
  return [blank, ...paragraph(ui, title, 4), ...paragraph(ui, hint, 6, "dim")];
}

/** Lines for an empty list: what is missing, and what to do next. */
export function emptyRows(ui: Ui, ...lines: string[]): Row[] {
  return [blank, ...lines.flatMap((line, index) => paragraph(ui, line, 4, index === 0 ? "plain" : "dim"))];
}

interface Listing<Item> {
  columns: readonly Column<Item>[];
  items: readonly Item[];
  cursor: number;
  area: Area;
  /** What stands in front of a line, beside the cursor. */
  sign?(item: Item): Span;
}

/** A list under a heading as plain rows: only the lines that fit, the one under the cursor among them. */
export function listRows<Item>(ui: Ui, listing: Listing<Item>): Row[] {
  return gridAsRows(listGrid(ui, listing), glyphsOf(ui.look).ellipsis);
}

export function listGrid<Item>(ui: Ui, { columns, items, cursor, area, sign }: Listing<Item>): Grid {
  const { rising, falling } = glyphsOf(ui.look);
  const { by, down, hidden } = listChoice(ui, here(ui).screen);
  const chosen = columns
    .filter(({ title }) => !hidden.includes(title))
    .map((column) => (column.title === by ? { ...column, title: by + (down ? falling : rising), drop: 0 } : column));
  const selected = items[cursor];
  const cursorSign = `${glyphsOf(ui.look).cursor} `;
  const margin: Column<Item> = {
    title: "",
    width: sign === undefined ? 2 : 4,
    cell: (item) => [span(item === selected ? cursorSign : "  ", "accent"), ...(sign ? [sign(item)] : [])],
  };
  return gridOf([margin, ...chosen], items, cursor, area);
}
