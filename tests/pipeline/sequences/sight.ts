import type { Mode } from "../../../src/core/messages/events.ts";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { type Contents, readContents } from "./contents.ts";
import { deliveredColumn, frozenTables, lastDay } from "./deliveries.ts";

/** A seal in force, as the ledger has it. */
export interface StandingSeal {
  table: string;
  as_of: string;
  month: string;
  run: number;
  /** How the run that set it came to its rows. */
  mode: Mode;
  rows: number;
  columns: string[];
}

/** All that can be seen of the database from outside: rows, seals, and how many seals were lifted of each snapshot. */
export interface Sight extends Contents {
  seals: StandingSeal[];
  lifted: Map<string, number>;
}

export async function look(sql: Sql): Promise<Sight> {
  const contents = await readContents(sql);
  const seals = await sql<StandingSeal[]>`
    select table_name as table, as_of::text as as_of, month, run, mode, rows,
           (select array_agg(c->>0 order by n) from jsonb_array_elements(columns) with ordinality as c(c, n)) as columns
      from console.seals order by 1, 2`;
  const lifted = await sql<{ place: string; lifts: number }[]>`
    select table_name || ' ' || as_of as place, count(*) as lifts from console.lifted_seals group by 1`;
  return { ...contents, seals: [...seals], lifted: new Map(lifted.map(({ place, lifts }) => [place, lifts])) };
}

/** A snapshot's name, of one table and date. */
export const placeOf = ({ table, as_of }: { table: string; as_of: string }) => `${table} ${as_of}`;

export const monthOfName = (name: string) => Number(name.slice("month_".length));

/** The number of the month whose days a date falls in. */
export const monthOfDay = (day: string) => (Number(day.slice(0, 4)) - 2024) * 12 + Number(day.slice(5, 7)) - 1;

/** Dates that have rows, each with a month: that of a seal; else that which all labels name; else the one it falls in. */
export interface StandingDate {
  asOf: string;
  month: number;
  sealed: boolean;
  /** Whether another flow took its rows, adopted since or not. */
  copied: boolean;
}

export function standingDates({ frozen, seals }: Sight): StandingDate[] {
  const labels = frozen.get(frozenTables.labels ?? "");
  const all = [...frozen].flatMap(([table, dates]) =>
    [...dates.keys()].map((asOf): StandingDate => {
      const seal = seals.find((one) => one.table === table && one.as_of === asOf);
      if (seal !== undefined)
        return { asOf, month: monthOfName(seal.month), sealed: true, copied: seal.mode === "adopt" };
      const isSealed = seals.some((one) => one.table === frozenTables.labels && one.as_of === asOf);
      const named = isSealed ? [] : [...(labels?.get(asOf)?.values() ?? [])].map((row) => String(row[deliveredColumn]));
      const [only, ...others] = new Set(named);
      const month = only !== undefined && others.length === 0 ? monthOfName(only) : monthOfDay(asOf);
      return { asOf, month, sealed: false, copied: true };
    }),
  );
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** The day a sequence's last month is stamped with, which none of its commands names. */
export const lastMonth = 4;
export const lastStamp = lastDay(lastMonth);
