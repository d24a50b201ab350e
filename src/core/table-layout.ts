/** How the columns of a table share the room there is: for listings and for screens. Pure; widths are terminal columns. */
export interface ColumnRoom {
  width: number;
  /** Blanks before it, unless it is the first; one unless told. */
  gap?: number;
  /** What is cut first where room is short: the widest column that is wider than this. */
  least?: number | undefined;
  /** Columns with a higher `drop` go first where nothing can be cut; those with 0 stay. */
  drop?: number;
  /** Takes what room is left. */
  flex?: boolean;
}

/** What a line of them takes. */
export function totalWidth(columns: readonly ColumnRoom[]): number {
  return columns.reduce((sum, column, index) => sum + column.width + (index === 0 ? 0 : (column.gap ?? 1)), 0);
}

/** The columns that fit into `width`, with the widths they get; wider than it only where none may be cut, dropped or yield. */
export function placeColumns<Any extends ColumnRoom>(columns: readonly Any[], width: number): Any[] {
  let placed = columns.map((column) => ({ ...column }));
  while (totalWidth(placed) > width) {
    const widest = placed.reduce((most: Any | null, column) => {
      const isCuttable = column.width > (column.least ?? Number.POSITIVE_INFINITY);
      return isCuttable && column.width > (most?.width ?? 0) ? column : most;
    }, null);
    if (widest !== null) {
      widest.width--;
      continue;
    }
    const most = Math.max(...placed.map((column) => column.drop ?? 0));
    if (most === 0) break;
    const last = placed.findLast((column) => (column.drop ?? 0) === most);
    placed = placed.filter((column) => column !== last);
  }
  const flexible = placed.filter((column) => column.flex);
  const share = Math.floor((width - totalWidth(placed)) / flexible.length);
  for (const column of flexible) column.width = Math.max(1, column.width + share);
  return placed;
}
