import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError, codeOf, messageOf } from "../../core/errors.ts";
import type { Queryable, Sql, Transaction } from "../connection/connect.ts";
import { notPermitted, roleNotTaken } from "../connection/role.ts";

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
    if (codeOf(error) === undefinedTable) return noneElsewhere(sql).then(() => files);
    return refused(sql, error, "read the console's own tables", readingThem);
  });
  if (found.length === 0) return;
  const applying = sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${migrationLock})`;
    await makeSchema(tx, "console");
    await tx.unsafe(`
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
  const deed = `bring the console's own tables up to date (${found.join(", ")})`;
  const remedy = () => "The first command of a role that loads months does it for all.";
  await applying.catch((error) => refused(sql, error, deed, remedy));
}

/** Before a ledger is begun: where its schema was renamed, what it knew would be forgotten. Who wants a new one makes the schema. */
async function noneElsewhere(sql: Sql): Promise<void> {
  const found = await sql<{ schema: string }[]>`
    select quote_ident(n.nspname) as schema from pg_namespace n join pg_class c on c.relnamespace = n.oid
     where to_regnamespace('console') is null and c.relname in ('migrations', 'runs', 'seals', 'lifted_seals')
     group by n.nspname having count(*) = 4 order by 1`;
  if (found.length === 0) return;
  const renamings = found.map(({ schema }) => `\`alter schema ${schema} rename to console\``);
  const title = `There is no schema console, and a ledger in the schema ${found.map(({ schema }) => schema).join(", ")}.`;
  throw new ConsoleError("schema_mismatch", title, {
    hint:
      `${renamings.join(" or ")}, as its owner, puts it back. If it is to stay there, and a new ledger that knows nothing of ` +
      "it is to begin: `create schema console`.",
  });
}

function readingThem({ role, not_taken }: Who): string {
  const rights = `grant usage on schema console to ${role}; grant select on all tables in schema console to ${role};`;
  return `As the owner, or a superuser: ${not_taken === null ? rights : `grant ${not_taken} to ${role};`}`;
}

interface Who {
  /** As SQL names it. */
  role: string;
  not_taken: string | null;
}

/** Throws the error, in words of ours where it is that the role may not do this. */
async function refused(sql: Sql, error: unknown, deed: string, remedy: (who: Who) => string): Promise<never> {
  if (codeOf(error) !== notPermitted) throw error;
  const { grantsHint } = await import("../remedies/remedy.ts");
  const [who = { role: "", not_taken: null }] = await sql<Who[]>`
    select quote_ident(current_user) as role, ${roleNotTaken} as not_taken`;
  throw new ConsoleError("privilege_missing", `The role ${who.role} may not ${deed}: ${messageOf(error)}.`, {
    hint: `${remedy(who)} ${grantsHint}`,
    cause: error,
  });
}

/** Make a schema where there is none. For `if not exists` the server wants the right to make one even where it is there. */
export async function makeSchema(tx: Transaction, name: string): Promise<void> {
  const [row] = await tx<{ there: boolean }[]>`select to_regnamespace(quote_ident(${name})) is not null as there`;
  if (row?.there !== true) await tx`create schema ${tx(name)}`;
}
