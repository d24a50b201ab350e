import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { shipped } from "../../core/self.ts";

/** A dataset that lies elsewhere than beside the console's own: what it is called, and the schema of its tables. */
export interface Owner {
  name: string;
  schema: string;
}

/** A file of statements, and what `console.migrations` calls it. */
export interface SchemaFile {
  file: string;
  path: string;
  statements: string;
  /** True for what makes the console's own tables, whichever dataset there is. */
  isOfLedger: boolean;
}

/** A file that a database has seen; what is not known of it is null, or not there. */
export interface Applied {
  file: string;
  sha256?: string | null;
  console?: string | null;
}

/**
 * The statements that a database needs, in the order in which they are applied. Of a dataset that has a folder of its own
 * (`owner`) these are the ledger's files, which come with the console, and then its own, whose names are its own, too.
 */
export function schemaFiles(directory: string, owner: Owner | null): SchemaFile[] {
  if (owner === null) return filesIn(directory, "");
  const ledger = filesIn(shipped("db/init"), "").filter(({ isOfLedger }) => isOfLedger);
  return [...ledger, ...filesIn(directory, `${owner.name}/`)];
}

function filesIn(directory: string, prefix: string): SchemaFile[] {
  // Tables may have been made by others.
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name) => {
    const path = join(directory, name);
    const statements = readFileSync(path, "utf8");
    return { file: prefix + name, path, statements, isOfLedger: prefix === "" && namesLedger(statements) };
  });
}

/** The ledger's schema is named by what makes it, and by nothing of a dataset. */
function namesLedger(statements: string): boolean {
  return /\bconsole\.\w|'console'/.test(statements.replaceAll(/--.*$/gm, ""));
}

/** Hexadecimal SHA-256, the same for a checkout with the line ends of another platform. */
export function hashOf({ statements }: Pick<SchemaFile, "statements">): string {
  return new Bun.CryptoHasher("sha256").update(statements.replaceAll("\r\n", "\n")).digest("hex");
}

/** The files that this database has not seen. */
export function unseen(files: readonly SchemaFile[], seen: readonly Applied[]): SchemaFile[] {
  return files.filter((one) => !seen.some(({ file }) => file === one.file) && !wasAppliedBefore(one, seen));
}

/** Before its dataset had a folder of its own, a file lay beside the console's, and went by its bare name. */
function wasAppliedBefore(one: SchemaFile, seen: readonly Applied[]): boolean {
  const [owner, bare] = one.file.split("/");
  if (owner === undefined || bare === undefined) return false;
  const before = seen.find(({ file }) => file === bare);
  if (before === undefined) return false;
  if (before.sha256) return before.sha256 === hashOf(one);
  return !readdirSync(shipped("db/init")).includes(bare);
}
