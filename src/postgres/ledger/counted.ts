import { ConsoleError } from "../../core/errors.ts";
import { formatCount, formatCounted } from "../../core/format.ts";

type Deed = "written" | "removed";

/**
 * Throws where a statement on a table of the ledger did not reach the rows that were meant, by its own count: a trigger or a
 * rule can keep them out without an error, and what is told of the whole would not be in the ledger.
 */
export function requireReached(
  table: string,
  meant: number,
  { count }: { count: number },
  deed: Deed = "written",
): void {
  if (count !== meant) throw notReached(table, meant, count, deed);
}

/** The one row that a statement on a table of the ledger was to write, as it came back. */
export function theRow<Row>(table: string, [row]: readonly Row[]): Row {
  if (row === undefined) throw notReached(table, 1, 0, "written");
  return row;
}

function notReached(table: string, meant: number, count: number, deed: Deed): ConsoleError {
  const planned = `${formatCounted(meant, "row")} ${meant === 1 ? "was" : "were"} to be ${deed}`;
  const title = `console.${table}: ${planned}, ${formatCount(count)} ${count === 1 ? "was" : "were"}.`;
  const keeps = deed === "written" ? "keeps rows out" : "keeps them";
  return new ConsoleError("not_as_planned", title, {
    hint:
      `Nothing was changed. That table is the console's own, and a trigger, a rule or a row security policy on it may be what ` +
      `${keeps}: \`\\d+ console.${table}\` in psql lists them. Drop or disable it, and run the command again.`,
  });
}
