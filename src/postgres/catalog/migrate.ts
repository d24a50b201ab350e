import { readdirSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../../core/errors.ts";
import type { Queryable, Sql } from "../connection/connect.ts";

const undefinedTable = "42P01";

/** A number of our own for pg_advisory_xact_lock, so that two consoles never migrate at once. */
const migrationLock = 5_340_112;

/**
 * Apply the files of `directory` that this database has not seen, in the order of their names and in one transaction.
 * They are written so that a database which already holds their tables keeps them as they are.
 */
export async function migrate(sql: Sql, directory: string): Promise<void> {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const unseen = async (on: Queryable) => {
    const seen = await on<{ file: string }[]>`select file from console.migrations`;
    return files.filter((name) => !seen.some(({ file }) => file === name));
  };
  const found = await unseen(sql).catch((error) => {
    if (codeOf(error) === undefinedTable) return files;
    throw error;
  });
  if (found.length === 0) return;
  await sql.begin(async (tx) => {
    await tx.unsafe(`
      select pg_advisory_xact_lock(${migrationLock});
      create schema if not exists console;
      create table if not exists console.migrations (
        file text primary key, applied_at timestamptz not null default clock_timestamp())`);
    const left = await unseen(tx);
    const applied = left.map(async (file) => {
      const statements = await Bun.file(join(directory, file)).text();
      return `${statements}\n;insert into console.migrations (file) values ('${file.replaceAll("'", "''")}');\n`;
    });
    // All in one go: a fresh database has every file to see, and its first run waits for them.
    await tx.unsafe((await Promise.all(applied)).join(""));
  });
}
