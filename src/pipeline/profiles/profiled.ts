import type { KeptTable } from "../../postgres/ledger/profiles.ts";
import type { LedgerSeal } from "../../postgres/snapshots/seals.ts";

/**
 * The run whose profile of the table is that of the sealed rows: the one that set the seal, or one that left it in force
 * because its drop has the very same rows. What was adopted may have others. Null where none was taken.
 */
export function runProfiled(seal: LedgerSeal, table: string, kept: readonly KeptTable[]): number | null {
  const found = kept.find(
    (one) =>
      one.table === table &&
      (one.run === seal.run || (seal.mode !== "adopt" && one.published && isLater(one, seal) && isOf(one, seal))),
  );
  return found?.run ?? null;
}

function isLater({ run }: KeptTable, seal: LedgerSeal): boolean {
  return seal.run !== null && run > seal.run;
}

function isOf({ as_of, month }: KeptTable, seal: LedgerSeal): boolean {
  return as_of === seal.as_of && month === seal.month;
}
