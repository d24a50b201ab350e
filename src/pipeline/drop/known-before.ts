import type { StartedTable } from "../../core/messages/events.ts";
import type { MonthName } from "../../core/month.ts";
import { areDistributed, type LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import { asideOf, constraintsOf } from "../../postgres/live/set-aside.ts";
import type { Incoming } from "./months.ts";
import type { Past } from "./past.ts";

type Known = Pick<StartedTable, "live" | "built" | "again">;

/** What is known of a table before anything of its file was read: whoever watches can tell by it what is to be done. */
export function knownBefore(
  {
    month,
    past,
    before,
    tables,
  }: { month: MonthName; past: Past; before: Publication | null; tables: readonly LoadTable[] },
  { table, file }: Incoming,
): Known {
  const { live } = table;
  const ofThisMonth = past.publications.find((one) => one.month === month);
  const last = (ofThisMonth ?? before)?.files.find((one) => one.table === table.name);
  const rows = past.holding.kind === "nothing" ? 0 : last?.rows;
  const isFirst = past.holding.kind === "nothing" && !areDistributed(tables);
  const aside = asideOf(live, isFirst ? tables.map((one) => one.live) : undefined);
  const isAgain = ofThisMonth !== undefined && last?.bytes === file.bytes;
  return {
    ...(rows != null && { live: rows }),
    ...(rows === 0 && { built: constraintsOf(aside).length }),
    ...(isAgain && { again: true }),
  };
}
