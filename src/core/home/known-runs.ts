import { digestOf } from "../checks.ts";
import type { Settings } from "../settings.ts";

/** The newest runs of a ledger as the home has them, for shells: they wait at each press of Tab, and ask no database. */

export const fileOfRuns = "runs";

export interface KnownRun {
  run: number;
  /** Such as "month_001, published". */
  about: string;
}

/** More than anybody looks through. */
const most = 200;

/** Whose ledger it is: a home may be used with one database, and then with another. */
function ledgerOf({ database, dataset }: Settings): string {
  return digestOf([database, dataset ?? null]);
}

/** The runs in such a file, the newest first; none of another ledger's, and none whose line was cut short. */
export function runsIn(text: string, settings: Settings): KnownRun[] {
  const [ledger, ...lines] = text.split("\n").slice(0, -1);
  if (ledger !== ledgerOf(settings)) return [];
  return lines.flatMap((line) => {
    const [number = "", about = ""] = line.split("\t");
    return /^[1-9]\d{0,8}$/.test(number) ? [{ run: Number(number), about }] : [];
  });
}

export function textOfRuns(runs: readonly KnownRun[], settings: Settings): string {
  const newest = runs.toSorted((one, other) => other.run - one.run).slice(0, most);
  return [ledgerOf(settings), ...newest.map(({ run, about }) => `${run}\t${about}`), ""].join("\n");
}
