import { formatCount, formatCounted } from "../../../core/format.ts";
import { redact } from "../../../core/secrets/secrets.ts";
import type { PartsTally } from "../../../csv/parts/tally.ts";
import { attempt } from "../../../postgres/connection/attempt.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import type { RuleRows } from "../../../postgres/rules/rows.ts";
import type { SizeLimits } from "../../../postgres/rules/size-limits.ts";
import { type LargeRow, tooLarge } from "../../../postgres/rules/too-large.ts";
import type { Collected } from "./collected.ts";
import type { Unheld } from "./rule-faults.ts";

/** Tell the rows that are too large for what is to be written; one that is so for both its tables is told once. */
export async function tellTooLarge(
  tx: Transaction,
  { table }: Collected,
  written: readonly RuleRows[],
  limits: SizeLimits,
  tally: PartsTally,
): Promise<Unheld[]> {
  const unheld: Unheld[] = [];
  const told = new Set<string>();
  for (const rows of written) {
    const { name } = rows.table.live;
    const found = await attempt(tx, async (inner) => {
      for await (const large of tooLarge(inner, rows, limits.get(name) ?? [])) {
        const columns = large.columns.filter((name) => table.live.columns.some((column) => column.name === name));
        const place = JSON.stringify([large.line, columns]);
        if (told.has(place)) continue;
        told.add(place);
        const column = columns.join(", ") || undefined;
        tally.add("row_too_large", reasonOf(large, name), large.line, column, large.shown ?? undefined);
      }
    });
    if ("exception" in found)
      unheld.push({ table: table.name, rule: `how large a row of ${name} may be`, why: found.exception });
  }
  return unheld;
}

function reasonOf({ index, size, most }: LargeRow, table: string): string {
  return redact(`${index} of ${table} takes ${formatCounted(most, "byte")}, and this comes to ${formatCount(size)}`);
}
