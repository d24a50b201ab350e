import { ConsoleError } from "../../core/errors.ts";
import type { ConvertedTable } from "../../core/messages/seals.ts";
import { loadTables } from "../../postgres/catalog/dataset-tables.ts";
import { convertTables } from "../../postgres/conversion/convert.ts";
import { lockAndSearch, type Obstacle } from "../../postgres/conversion/obstacles.ts";
import { targetsOf, unpartitioned } from "../../postgres/conversion/targets.ts";
import { refreshed, type Session } from "../session/session.ts";
import { asWriter } from "../session/writer.ts";

/**
 * Partition by as_of every snapshot table that an older system made without partitions: all of them or none, in one
 * transaction. Rows, seals and all that others know the tables by stay as they are; where that cannot be, it is refused.
 */
export async function partitionSnapshots(session: Session): Promise<ConvertedTable[]> {
  const { dataset } = session;
  const converted = await asWriter(session, (sql) =>
    sql.begin(async (tx) => {
      // Another console may have been here since the session was opened.
      const { ours } = unpartitioned(await loadTables(tx, dataset));
      if (ours.length === 0) return [];
      const targets = await targetsOf(tx, ours);
      const obstacles = await lockAndSearch(tx, targets);
      if (obstacles.length > 0) throw refusal(obstacles);
      return convertTables(tx, targets);
    }),
  );
  await refreshed(session);
  return converted;
}

function refusal(obstacles: readonly Obstacle[]): ConsoleError {
  const told = obstacles.map(({ table, what }) => `${table}: ${what}`);
  const remedies = new Set(obstacles.map(({ remedy }) => remedy));
  return new ConsoleError("not_convertible", `Partitions would not keep all that is there (${told.join("; ")}).`, {
    hint: `Nothing was changed. ${[...remedies].join(" ")}`,
  });
}
