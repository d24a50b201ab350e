import { basename } from "node:path";
import type { Fault } from "../core/faults.ts";
import { formatCount } from "../core/format.ts";
import { keyLines } from "../csv/keys.ts";
import { SourceFault } from "../csv/source.ts";
import type { Sql, Transaction } from "../postgres/connect.ts";
import { addKeyLines, makeKeyLines, orphanedKeys, repeatedKeys } from "../postgres/key-lines.ts";
import type { Job } from "./context.ts";
import type { DropFaults } from "./faults.ts";
import { type Incoming, sourceOf } from "./incoming.ts";

/** A key that the database would not take; which rows, and on which lines, is found out after the rollback. */
export class KeyFault extends Error {
  constructor(
    readonly kind: "repeated" | "orphaned",
    readonly table: string,
  ) {
    super(`${kind} key in ${table}`);
  }
}

/** SQLSTATEs of a unique and of a foreign key that a write would have broken. */
const keyViolations = new Set(["23505", "23503"]);

export function isKeyViolation(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && keyViolations.has(String(thrown.code));
}

/**
 * Find the lines of repeated and of orphaned keys. A second pass over the files, made only when a drop is rejected
 * anyway: their keys and lines go into a scratch table, and PostgreSQL finds what is wrong among them.
 */
export async function findKeyFaults(
  sql: Sql,
  { dataset }: Pick<Job, "dataset">,
  incoming: readonly Incoming[],
  faults: DropFaults,
): Promise<void> {
  const present = incoming.filter(({ table, file }) => file.fault === null && table.live.key.length === 1);
  await sql.begin(async (tx) => {
    await makeKeyLines(tx);
    // Without the keys of a file that cannot be read, every row that refers to them would seem orphaned.
    const read: Incoming[] = [];
    for (const one of present) if (await collectKeys(tx, dataset, one)) read.push(one);
    for (const one of read) {
      const found = [...(await repeated(tx, one)), ...(await orphaned(tx, one, read))];
      faults.add(found);
    }
  });
}

/** False when the file gave no keys, or cannot be read to its end, which is a fault already. */
async function collectKeys(tx: Transaction, dataset: Job["dataset"], one: Incoming): Promise<boolean> {
  let found = 0;
  try {
    for await (const { keys, lines } of keyLines(sourceOf(dataset, one))) {
      if (keys.length > 0) await addKeyLines(tx, one.table.name, keys, lines);
      found += keys.length;
    }
  } catch (error) {
    if (error instanceof SourceFault) return false;
    throw error;
  }
  return found > 0;
}

async function repeated(tx: Transaction, { table, file }: Incoming): Promise<Fault[]> {
  const column = table.live.key[0] ?? "";
  return (await repeatedKeys(tx, table.name)).map(({ key, lines, times }) => {
    const [first, second] = lines;
    const more = times > 2 ? `, ${formatCount(times)} times in all` : "";
    const reason = `the key stands on line ${first} already${more}`;
    return { file: basename(file.path), line: second ?? 0, column, value: key, code: "key_repeated", reason };
  });
}

async function orphaned(tx: Transaction, child: Incoming, present: readonly Incoming[]): Promise<Fault[]> {
  const column = child.table.live.key[0] ?? "";
  const faults: Fault[] = [];
  for (const reference of child.table.live.references) {
    const parent = present.find((one) => one.table.name === reference.parent.name);
    if (parent === undefined || reference.columns.join() !== column) continue;
    for (const { key, line } of await orphanedKeys(tx, child.table, parent.table)) {
      const reason = `${column} is neither in ${basename(parent.file.path)} nor live in ${parent.table.name}`;
      faults.push({ file: basename(child.file.path), line, column, value: key, code: "key_orphaned", reason });
    }
  }
  return faults;
}
