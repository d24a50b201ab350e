import { basename } from "node:path";
import type { Dataset } from "../../../core/dataset.ts";
import { codeOf } from "../../../core/errors.ts";
import { formatCount } from "../../../core/format.ts";
import { redact } from "../../../core/secrets/secrets.ts";
import { isKnownType } from "../../../csv/cells/cell-types.ts";
import type { PartsTally } from "../../../csv/parts/tally.ts";
import type { LoadTable } from "../../../postgres/catalog/dataset-tables.ts";
import type { CatalogReference } from "../../../postgres/catalog/introspect.ts";
import type { RuledTable } from "../../../postgres/catalog/ruled-tables.ts";
import { transact } from "../../../postgres/connection/attempt.ts";
import type { Queryable, Transaction } from "../../../postgres/connection/connect.ts";
import type { Parents } from "../../../postgres/live/parents.ts";
import { orphanedRows } from "../../../postgres/rules/orphans.ts";
import { repeatedKeys } from "../../../postgres/rules/repeated.ts";
import { giveRoomForKeys, misfits } from "../../../postgres/rules/scratch.ts";
import { sizeLimits } from "../../../postgres/rules/size-limits.ts";
import type { DropFaults } from "../faults.ts";
import type { Incoming } from "../months.ts";
import type { Past } from "../past.ts";
import { type Collected, collect, isGiven, rowsOf } from "./collected.ts";
import { type BrokenFrozen, brokenFrozen, rowsToWrite } from "./frozen-rules.ts";
import { tellRinged } from "./ring-faults.ts";
import { tellBroken, tellRule, tellRules, type Unheld } from "./rule-faults.ts";
import { tellTooLarge } from "./size-faults.ts";
import { tellRefused } from "./trigger-faults.ts";

interface Drop {
  dataset: Dataset;
  tables: readonly LoadTable[];
  parents: Parents;
  past: Pick<Past, "publications" | "seals">;
  month: string;
  /** The stamp under which its rows are to be frozen. */
  asOf: string;
  restamp: boolean;
}

/**
 * Find the lines of repeated and of orphaned keys, and of rows that break a rule of their table. A second pass over the files,
 * which a run makes only when the drop is rejected anyway: the cells that matter and their lines go into scratch tables, and
 * PostgreSQL finds what is wrong among them. Returns the rules that it could not hold.
 */
export async function findDropFaults(
  sql: Queryable,
  drop: Drop,
  incoming: readonly Incoming<RuledTable>[],
  faults: DropFaults,
): Promise<Unheld[]> {
  const unheld: Unheld[] = [];
  await transact(sql, async (tx) => {
    await giveRoomForKeys(tx);
    // Without the keys of a file that cannot be read, every row that refers to them would seem orphaned.
    const limits = await sizeLimits(
      tx,
      drop.tables.flatMap(({ live, snapshot }) => [live, ...(snapshot === null ? [] : [snapshot.table])]),
    );
    const read: Collected[] = [];
    const tables = incoming.map(({ table }) => table);
    for (const one of incoming.filter(({ file }) => file.fault === null)) {
      const found = await collectIfSmall(tx, { ...drop, tables, limits }, one, `drop_rows_${read.length}`);
      if (found === "too large") {
        unheld.push({
          table: one.table.name,
          rule: "whatever reads its rows",
          why: "a row of the file is too large for a page",
        });
        continue;
      }
      if (found === null) continue;
      await tellMisfits(tx, found, faults.of(one.file.path));
      read.push(found);
    }
    const unrepeated = new Set<string>();
    for (const one of read) {
      const tally = faults.of(one.file.path);
      if (!unrepeated.has(one.digest)) await tellRepeated(tx, one, tally);
      if (tally.count === 0) unrepeated.add(one.digest);
      const { references, partReferences } = one.table.live;
      for (const reference of [...references, ...partReferences]) {
        const why = await tellOrphaned(tx, reference, one, read, drop, tally);
        if (why !== null) unheld.push({ table: one.table.name, rule: reference.name, why: why.exception });
      }
      unheld.push(...(await tellRules(tx, one, drop.parents.kind === "live", tally)));
      if (drop.parents.kind === "live") unheld.push(...(await tellRinged(tx, one, tally)));
      for (const broken of brokenFrozen(one, { ...drop, all: read, rowsOf, isGiven })) {
        const why = await tellFrozen(tx, broken, tally);
        if (why !== null) unheld.push({ table: one.table.name, ...why });
      }
      const rows = rowsToWrite(one, { ...drop, rowsOf });
      unheld.push(...(await tellTooLarge(tx, one, rows, limits, tally)));
      for (const written of rows) unheld.push(...(await tellRefused(tx, written, tally)));
    }
  });
  return unheld;
}

/** A row of many columns may be too large for a page already as its texts. */
async function collectIfSmall(...[tx, ...rest]: Parameters<typeof collect>): Promise<Collected | "too large" | null> {
  try {
    return (await tx.savepoint(async (inner) => ({ found: await collect(inner, ...rest) }))).found;
  } catch (thrown) {
    if (codeOf(thrown) === programLimit) return "too large";
    throw thrown;
  }
}

/** SQLSTATE program_limit_exceeded. */
const programLimit = "54000";

async function tellMisfits(tx: Transaction, { table, scratch, columns }: Collected, tally: PartsTally): Promise<void> {
  for (const index of columns) {
    const column = table.live.columns[index];
    if (column === undefined || isKnownType(column)) continue;
    const reason = `not a value of the type ${table.live.declared[index]}`;
    for await (const { line, text } of misfits(tx, scratch, table, index)) {
      tally.add("not_of_type", reason, line, column.name, text);
    }
  }
}

async function tellRepeated(tx: Transaction, one: Collected, tally: PartsTally): Promise<void> {
  const column = one.table.live.key.join(", ");
  for await (const { shown, lines, times } of repeatedKeys(tx, rowsOf(one, "default"))) {
    const [first, second] = lines;
    const more = times > 2 ? `, ${formatCount(times)} times in all` : "";
    tally.add("key_repeated", `the key stands on ${tally.inWords(first ?? 0)} already${more}`, second, column, shown);
  }
}

/** What is told of a snapshot table is told with its name. */
async function tellFrozen(
  tx: Transaction,
  broken: BrokenFrozen,
  tally: PartsTally,
): Promise<Omit<Unheld, "table"> | null> {
  const { drop, rows } = broken;
  if (broken.rule !== null) {
    const why = await tellRule(tx, broken.rule, drop, rows, tally);
    return why === null ? null : { rule: broken.rule.name, why };
  }
  const { columns, parent, name } = broken.reference;
  const named = columns.join(", ");
  const reason = redact(`${named} is not in ${parent.name}, as ${name} of ${drop.table.live.name} has it`);
  const why = await tellBroken(tx, rows, ({ line, shown }) =>
    tally.add("key_orphaned", reason, line ?? undefined, named, shown ?? undefined),
  );
  return why === null ? null : { rule: name, why: why.exception };
}

/** What kept the server from telling; null where nothing did. */
async function tellOrphaned(
  tx: Transaction,
  reference: CatalogReference,
  child: Collected,
  read: readonly Collected[],
  drop: Drop,
  tally: PartsTally,
): Promise<{ exception: string } | null> {
  const { columns, parent: to, parentColumns } = reference;
  const isInDrop = drop.tables.some(({ live }) => live.name === to.name && live.schema === to.schema);
  const parent = isInDrop ? read.find(({ table }) => table.name === to.name) : undefined;
  if (reference.isIdle || (isInDrop && (parent === undefined || parent.isTorn))) return null;
  const { key } = child.table.live;
  const areKeys = columns.join() === key.join() && parentColumns.join() === parent?.table.live.key.join();
  if (areKeys && parent?.digest === child.digest) return null;
  const named = columns.join(", ");
  const elsewhere = drop.parents.kind === "live" ? `live in ${to.name}` : "in what an older month delivered";
  const reason =
    parent === undefined
      ? `${named} is not in ${to.name}`
      : `${named} is neither in ${basename(parent.file.path)} nor ${elsewhere}`;
  const rule = areKeys ? "" : redact(`, as ${reference.name} has it`);
  const parentRows = parent === undefined ? null : rowsOf(parent, "default");
  return tellBroken(tx, orphanedRows(reference, rowsOf(child, "default"), parentRows, drop), ({ line, shown }) =>
    tally.add("key_orphaned", `${reason}${rule}`, line ?? undefined, named, shown ?? undefined),
  );
}
