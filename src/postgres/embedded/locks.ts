import { Database, SQLiteError } from "bun:sqlite";
import { ConsoleError } from "../../core/errors.ts";

/** A lock of the kernel's on a file: it ends with `release`, or with the process, however that dies. */
export interface Hold {
  release(): void;
}

export type LockMode = "shared" | "exclusive";

const take: Record<LockMode, string[]> = {
  // A transaction that has read holds SQLite's shared lock, also on an empty file.
  shared: ["begin", "select count(*) from sqlite_schema"],
  exclusive: ["begin exclusive"],
};

/** Keeps the handles alive: one that is collected as garbage would drop its lock. */
const held = new Set<Database>();

/** The lock, or null while others hold one that excludes it. */
export function tryLock(path: string, mode: LockMode): Hold | null {
  let database: Database | undefined;
  try {
    database = new Database(path, { create: true });
    for (const statement of take[mode]) database.query(statement).all();
  } catch (error) {
    database?.close();
    if (error instanceof SQLiteError && error.code?.startsWith("SQLITE_BUSY")) return null;
    throw new ConsoleError("io_error", `Cannot lock ${path}: ${error instanceof Error ? error.message : error}`, {
      hint: "Choose a --home that you may write to, on a local disk.",
      cause: error,
    });
  }
  const taken = database;
  held.add(taken);
  return {
    release() {
      if (held.delete(taken)) taken.close();
    },
  };
}
