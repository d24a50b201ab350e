import type { StartedTable } from "../../core/messages/events.ts";
import type { MonthName } from "../../core/month.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import type { Incoming } from "./months.ts";
import type { Past } from "./past.ts";

type Known = Pick<StartedTable, "live" | "built" | "again">;

/** What is known of a table before anything of its file was read: whoever watches can tell by it what is to be done. */
export function knownBefore(
  { month, past, before }: { month: MonthName; past: Past; before: Publication | null },
  { table, file }: Incoming,
): Known {
  const { live } = table;
  const ofThisMonth = past.publications.find((one) => one.month === month);
  const last = (ofThisMonth ?? before)?.files.find((one) => one.table === table.name);
  const rows = past.holding.kind === "nothing" ? 0 : last?.rows;
  const references = live.references.filter(({ parent, isPlain }) => isPlain && parent.name !== live.name);
  const isAgain = ofThisMonth !== undefined && last?.bytes === file.bytes;
  return {
    ...(rows != null && { live: rows }),
    ...(rows === 0 && { built: references.length + (live.plainKey === null || live.referenced ? 0 : 1) }),
    ...(isAgain && { again: true }),
  };
}
