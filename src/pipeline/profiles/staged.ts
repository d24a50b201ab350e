import { isDeepStrictEqual } from "node:util";
import type { Profile } from "../../core/messages/profiles.ts";
import { twinOf } from "../../postgres/catalog/dataset-tables.ts";
import { attempt } from "../../postgres/connection/attempt.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { cells, sql } from "../../postgres/connection/fragments.ts";
import { formerEdges, keptProfiles, profiledRun } from "../../postgres/ledger/profiles.ts";
import { profileRows } from "../../postgres/profiles/profile.ts";
import type { RowsOf } from "../../postgres/snapshots/snapshots.ts";
import { type StageContext, type Staged, type StagedDrop, warn } from "../stages/context.ts";

/** Before the run's own transaction has begun, perhaps. */
type Preparing = Omit<StageContext, "tx">;

/** Once a table is staged, have it found out what its columns come to. */
export function profileSoon(context: Preparing, staged: Staged): void {
  const { tasks, prepared } = context;
  prepared.profiles.set(
    staged.table.name,
    tasks.add((tx) => profileStaged(tx, context, staged)),
  );
}

/** What the columns of each table come to, for the ledger. */
export async function collectProfiles({ tx, tasks, prepared, record }: StageContext, drop: StagedDrop): Promise<void> {
  for (const { table } of drop.tables) {
    const task = prepared.profiles.get(table.name);
    const columns = task === undefined ? null : await tasks.result(task, tx);
    if (columns !== null) record.profiles.push({ table: table.name, columns });
  }
}

/** Null where the values are such that they cannot be added up: a run is as good without. */
async function profileStaged(tx: Transaction, context: Preparing, staged: Staged): Promise<Profile[] | null> {
  const { dataset } = context;
  const { table, rows: count } = staged;
  const [known, former] = await Promise.all([
    profiledBefore(tx, context, staged),
    formerEdges(tx, dataset.name, table.name),
  ]);
  if (known !== null) return known;
  const of: RowsOf = (columns, sampled = sql``) => {
    const names = columns.map(({ name }) => name);
    return sql`(select ${cells("s", names)} from ${twinOf(table)} s ${sampled})`;
  };
  const rows = { of, count, isSpread: table.live.distribution !== null };
  const taken = await attempt(tx, (inner) => profileRows(inner, rows, table.live.columns, table.live.key, former));
  if ("value" in taken) return taken.value;
  warn(context, {
    title: `The columns of ${table.name} could not be profiled: ${taken.exception}.`,
    hint: "Everything else was done. `profile` has no figures of it for this run.",
  });
  return null;
}

/** What a publication found that read the very same file in the same way, if the table has the same columns still. */
async function profiledBefore(
  tx: Transaction,
  { dataset }: Preparing,
  { table, record: { sha256, read_as } }: Staged,
): Promise<Profile[] | null> {
  if (sha256 === null || read_as === null) return null;
  const { name } = table;
  const run = await profiledRun(tx, dataset.name, { table: name, sha256, read_as });
  if (run === null) return null;
  const known = (await keptProfiles(tx, name, [run], null)).get(run) ?? [];
  const named = (columns: readonly { name: string; type: string }[]) => columns.map(({ name: of, type }) => [of, type]);
  const isOfAll = isDeepStrictEqual(
    named(known.map(({ column, type }) => ({ name: column, type }))),
    named(table.live.columns),
  );
  return isOfAll ? known : null;
}
