import { ConsoleError, codeOf, messageOf } from "../../core/errors.ts";
import { identifier } from "../../core/text.ts";
import type { Queryable, Sql, Transaction } from "../connection/connect.ts";
import { notPermitted, roleNotTaken } from "../connection/role.ts";
import { usurperOf } from "./relation-kind.ts";
import { type Applied, hashOf, isApart, lineOf, type Owner, type SchemaFile, schemaFiles } from "./schema-files.ts";

const undefinedTable = "42P01";
const wrongObject = "42809";

/** A number of our own for pg_advisory_xact_lock, so that two consoles never migrate at once. */
const migrationLock = 5_340_112;

/**
 * Apply the files of `directory` that this database has not seen, in the order of their names and in one transaction.
 * They are written so that a database which already holds their tables keeps them as they are. Throws for a database that
 * a newer console has used; `tell` is told of a file that is not what was applied. `owner` is the dataset whose files they
 * are, where these are not this console's own, of which `manifest` tells once it matters. Tables without a schema's name
 * are made in the dataset's, whatever the role's own search_path is.
 */
export async function migrate(
  sql: Sql,
  directory: string,
  tell: (text: string) => void = () => {},
  owner: Owner | null = null,
  manifest: () => Promise<Owner | null> = async () => owner,
): Promise<void> {
  const files = schemaFiles(directory, owner);
  const seen = await appliedOn(sql).catch((error) => {
    if (codeOf(error) === undefinedTable) return noneElsewhere(sql).then((): Applied[] => []);
    return refused(sql, error, "read the console's own tables", readingThem);
  });
  await refuseNewer(seen, files);
  const lines = (name: string | null, on = seen) => files.map((one) => ({ one, line: lineOf(one, on, name) }));
  const mayBeOtherwise = (owner !== null || seen.some(isApart)) && lines(null).some(({ line }) => line === undefined);
  const name = mayBeOtherwise ? ((await manifest())?.name ?? null) : null;
  for (const { one, line } of lines(name)) {
    if (line?.sha256 && line.sha256 !== hashOf(one)) tell(editedLater(one, line));
  }
  const unseen = (on = seen) => lines(name, on).flatMap(({ one, line }) => (line === undefined ? [one] : []));
  const found = unseen();
  if (found.length === 0) return;
  const [{ version }, dataset] = await Promise.all([
    import("../../../package.json", { with: { type: "json" } }),
    manifest(),
  ]);
  const applying = sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${migrationLock})`;
    await makeSchema(tx, "console");
    await tx.unsafe(`
      create table if not exists console.migrations (
        file text primary key, applied_at timestamptz not null default clock_timestamp())`);
    const left = unseen(await appliedOn(tx));
    if (left.length === 0) return;
    // All in one go: a fresh database has every file to see, and its first run waits for them.
    await tx.unsafe(statementsOf(left, dataset));
    const rows = left.map((one) => ({ file: one.file, sha256: hashOf(one), console: version }));
    await tx`insert into console.migrations ${tx(rows)}`;
  });
  const names = found.map(({ file }) => file).join(", ");
  const deed = !found.some(isApart)
    ? `bring the console's own tables up to date (${names})`
    : `make the dataset's tables (${names})`;
  const remedy = () => "The first command of a role that loads months does it for all.";
  await applying.catch(async (error) => {
    const usurper = codeOf(error) === wrongObject ? await usurperOf(sql, tablesMadeBy(files)) : null;
    throw usurper ?? (await refused(sql, error, deed, remedy));
  });
}

/** Each file's statements. What they set goes no further than the transaction. */
function statementsOf(files: readonly SchemaFile[], dataset: Owner | null): string {
  const path = dataset === null ? "" : `set local search_path = ${identifier(dataset.schema)}, public;\n`;
  return path + files.map(({ statements }) => `${statements}\n;`).join("");
}

/** The tables that the files make where there is nothing of that name. */
function tablesMadeBy(files: readonly SchemaFile[]): string[] {
  const statements = files.map((one) => one.statements).join("\n");
  return [...statements.matchAll(/\bcreate table if not exists (\w+)/gi)].map(([, name = ""]) => name.toLowerCase());
}

/** Older databases lack the columns that newer ones have. */
async function appliedOn(on: Queryable): Promise<Applied[]> {
  const rows = await on<{ applied: Applied }[]>`select to_jsonb(m) as applied from console.migrations m order by file`;
  return rows.map(({ applied }) => applied);
}

/** What a newer console has made of the database, this one does not know, and would write beside it. */
async function refuseNewer(seen: readonly Applied[], files: readonly SchemaFile[]): Promise<void> {
  const unknown = seen.filter(({ file }) => !files.some((one) => one.file === file));
  if (unknown.length === 0) return;
  const { version } = await import("../../../package.json", { with: { type: "json" } });
  const newer = unknown.find((one) => one.console && Bun.semver.order(one.console, version) > 0);
  if (newer === undefined) return;
  throw new ConsoleError(
    "database_version",
    `This database was last used by version ${newer.console} of the console (${newer.file}); this is ${version}.`,
    { hint: `Nothing was changed. Update the console to version ${newer.console} or newer, or name another database.` },
  );
}

function editedLater({ path }: SchemaFile, { file }: Applied): string {
  return (
    `warning: ${path} was edited after it was applied to this database, which has none of that. Put the change into a ` +
    "new file of that folder. To keep both as they are, and hear no more of it: " +
    `\`update console.migrations set sha256 = null where file = '${file.replaceAll("'", "''")}'\``
  );
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
