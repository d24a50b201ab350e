import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { shipped } from "../../core/self.ts";

/** A dataset: what it is called, and the schema of its tables. */
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
 * The statements that a database needs, in the order in which they are applied: the ledger's files, which come with the
 * console, and those of `directory`. These are called as they are where it is a console's `db`, which has the ledger's
 * beside them, and by the dataset's name, too, in a folder of its own. Without an `owner` they are this console's.
 */
export function schemaFiles(directory: string, owner: Owner | null): SchemaFile[] {
  const ledger = ledgerFiles();
  const isShipped = (one: SchemaFile) => one.isOfLedger && ledger.some(({ file }) => file === one.file);
  const found = filesIn(directory);
  const own = found.filter((one) => !isShipped(one));
  if (owner === null || own.length < found.length) {
    return [...ledger, ...own].sort((one, other) => (one.file < other.file ? -1 : 1));
  }
  return [...ledger, ...own.map((one) => ({ ...one, file: `${owner.name}/${one.file}`, isOfLedger: false }))];
}

/** Those that make the ledger, which come with the console. */
export function ledgerFiles(): SchemaFile[] {
  return filesIn(shippedFiles()).filter(({ isOfLedger }) => isOfLedger);
}

/** Whether a dataset's file is of one that lies in a folder of its own. */
export function isApart({ file }: Pick<SchemaFile, "file">): boolean {
  return file.includes("/");
}

const shippedFiles = () => shipped("db/init");

function filesIn(directory: string): SchemaFile[] {
  // Tables may have been made by others.
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  return names.sort().map((file) => {
    const path = join(directory, file);
    const statements = readFileSync(path, "utf8");
    return { file, path, statements, isOfLedger: namesLedger(statements) };
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

/**
 * What this database knows of a file; undefined where it has not seen it. It counts under the name that it had while its
 * dataset, `name`, lay elsewhere, too.
 */
export function lineOf(one: SchemaFile, seen: readonly Applied[], name: string | null): Applied | undefined {
  const called = (wanted: string) => seen.find(({ file }) => file === wanted);
  const exact = called(one.file);
  if (exact !== undefined || name === null || one.isOfLedger) return exact;
  if (!isApart(one)) return called(`${name}/${one.file}`);
  const before = called(one.file.slice(name.length + 1));
  return before !== undefined && wasBesideConsole(one, before, name) ? before : undefined;
}

/** Whether the line of a name without a dataset's is of this file, and not of one that another dataset has. */
function wasBesideConsole(one: SchemaFile, before: Applied, name: string): boolean {
  const example = filesIn(shippedFiles()).find(({ file }) => file === before.file);
  if (!before.sha256) return example === undefined;
  const isCopy = example !== undefined && hashOf(example) === hashOf(one) && name !== shippedName();
  return before.sha256 === hashOf(one) && !isCopy;
}

/** What the dataset that lies beside this console is called. */
function shippedName(): unknown {
  const manifest: { name?: unknown } = JSON.parse(readFileSync(shipped("db/dataset.json"), "utf8"));
  return manifest.name;
}
