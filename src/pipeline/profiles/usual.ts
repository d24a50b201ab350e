import { type Profile, usualOf } from "../../core/messages/profiles.ts";
import { keptProfiles, listProfiled } from "../../postgres/ledger/profiles.ts";
import { listSeals } from "../../postgres/snapshots/seals.ts";
import type { Frozen } from "../../postgres/snapshots/snapshots.ts";
import type { Session } from "../session/session.ts";
import { runProfiled } from "./profiled.ts";

/** What columns usually hold, by their names. */
type Usual = Map<string, { kind: Profile["kind"]; from: string; to: string }>;

/**
 * What each column of these snapshots usually holds, as their profiles have it: the mean of numbers, the median of times, else
 * the most frequent value. Nothing of a table of which one of them was not profiled.
 */
export async function usualValues(
  session: Session,
  tables: readonly Frozen[],
  from: string,
  to: string,
): Promise<Usual[]> {
  const { sql, dataset } = session;
  const [seals, kept] = await Promise.all([listSeals(sql, dataset.name), listProfiled(sql, dataset.name)]);
  return Promise.all(
    tables.map(async (table): Promise<Usual> => {
      const runs = [from, to].flatMap((day) => {
        const seal = seals.find((one) => one.as_of === day && one.table === table.snapshot.table.name);
        return (seal && runProfiled(seal, table.name, kept)) ?? [];
      });
      const [before, now] = runs;
      if (before === undefined || now === undefined) return new Map();
      const profiles = await keptProfiles(sql, table.name, runs, null);
      return joined(profiles.get(before) ?? [], profiles.get(now) ?? []);
    }),
  );
}

function joined(before: readonly Profile[], now: readonly Profile[]): Usual {
  const pairs = before.flatMap((one) => {
    const other = now.find(({ column, kind }) => column === one.column && kind === one.kind);
    const [from, to] = [usualOf(one), other === undefined ? null : usualOf(other)];
    return from === null || to === null ? [] : [[one.column, { kind: one.kind, from, to }] as const];
  });
  return new Map(pairs);
}
