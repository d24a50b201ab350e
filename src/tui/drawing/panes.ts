/** From so many columns on there is room for a second pane. */
const fromColumns = 120;
const narrowestList = 77;

export interface PaneWidths {
  list: number;
  pane: number;
}

/** What a list and its pane get of a terminal's columns, one of which is between them; null where it is too narrow for two. */
export function paneWidths(columns: number): PaneWidths | null {
  if (columns < fromColumns) return null;
  const list = Math.max(narrowestList, Math.floor(columns * 0.56));
  return { list, pane: columns - list - 1 };
}
