import type { FigureName, MovedColumn } from "../../core/drift.ts";
import type { ColumnChange, RunDetail } from "../../core/messages/listings.ts";
import type { SnapshotEntry } from "../../core/messages/seals.ts";
import type { Asked } from "./ask.ts";

/** How far a column moved; null for what is not known. */
export interface Move
  extends Pick<ColumnChange, "column" | "measure" | "distance" | "ks" | "beyond" | "missing" | "mean"> {
  table: string;
  drifts: readonly FigureName[];
  /** Keys whose cell is another one, which only a comparison counts. */
  changed: number | null;
  told_by: MovedColumn["told_by"];
  /** The limit of its distance. */
  threshold: number;
}

/** The columns of a run's snapshots since those before. */
export interface Moves {
  from: string;
  to: string;
  columns: Move[];
  /** Null where they were compared now, by all rows; else where their figures are from. */
  found: string | null;
}

/** How its snapshots moved; or why nobody can tell. `compares` to hold them against one another now, if they are there. */
export async function movesOf(
  asked: Asked,
  detail: RunDetail,
  seals: readonly SnapshotEntry[],
  compares: boolean,
): Promise<Moves | { missing: string }> {
  const { as_of, snapshots, lifted, run, status } = detail;
  const kept = keptOf(detail);
  const wasFound = "This is what the run found when it took its snapshots";
  if (snapshots.length === 0) {
    const became = status === "published" ? "are not there any more" : "were rolled back";
    if (kept !== null) return { ...kept, found: `${wasFound}, which ${became}.` };
    const gone = lifted.some((seal) => seal.run === run);
    if (!gone) return { missing: "This run sealed no snapshot, so there is none to compare." };
    return { missing: "The snapshots of this run are not there any more, so they cannot be compared." };
  }
  const from = newestBefore(as_of, seals);
  if (from !== null && compares) return compared(asked, from, as_of);
  if (kept !== null) {
    const again = kept.from === from ? `; \`compare ${from} ${as_of}\` looks at all rows anew` : "";
    return { ...kept, found: `${wasFound}${again}.` };
  }
  if (from === null)
    return { missing: "These are the first snapshots there are: there is nothing to hold them against." };
  return {
    missing: `How far each column moved since ${from} was not kept of this run: \`compare ${from} ${as_of}\` tells.`,
  };
}

/** The date that a snapshot is held against now: an earlier one may have been dropped since. */
export function newestBefore(day: string, seals: readonly SnapshotEntry[]): string | null {
  const earlier = seals.map(({ as_of }) => as_of).filter((one) => one < day);
  return earlier.reduce<string | null>((newest, one) => (newest === null || one > newest ? one : newest), null);
}

async function compared(asked: Asked, from: string, to: string): Promise<Moves> {
  const { tables, threshold } = await asked.call({ kind: "compare", from, to });
  const columns = tables.flatMap(({ table, columns: all }) =>
    all.map((column): Move => ({ ...column, table, threshold, told_by: "all" })),
  );
  return { from, to, columns, found: null };
}

const noFigures = { measure: null, distance: null, ks: null, beyond: null, missing: null, mean: null } as const;

/** What the ledger has of it; null where that is nothing. */
function keptOf({ moves, as_of }: RunDetail): Omit<Moves, "found"> | null {
  const [first] = moves;
  if (first === undefined) return null;
  const columns = moves.flatMap(({ table, threshold, columns: all }) =>
    all.map((found): Move => {
      const drifts = found.drifts.map(({ figure }) => figure);
      return { ...noFigures, ...found, drifts, table, threshold, changed: null };
    }),
  );
  const since = [...new Set(moves.map((one) => one.since))].sort();
  return { from: since.join(" and "), to: as_of, columns };
}
