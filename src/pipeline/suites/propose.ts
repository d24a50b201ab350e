import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { DatasetTable } from "../../core/dataset.ts";
import { usageError } from "../../core/errors.ts";
import type { RequestOf } from "../../core/messages/requests.ts";
import type { SuiteWritten } from "../../core/messages/suites.ts";
import { form } from "../../core/self.ts";
import { type Settings, settingFlags } from "../../core/settings.ts";
import { commandOfSuite } from "../../core/suites/commands.ts";
import { proposeSuite } from "../../expectations/propose/suite.ts";
import { findTable } from "../../expectations/validate.ts";
import type { CatalogTable } from "../../postgres/catalog/introspect.ts";
import { placeOf } from "../session/place.ts";
import type { Session } from "../session/session.ts";
import { fromHere } from "./fits.ts";
import { suiteText } from "./text.ts";
import { isThere, writeSuite } from "./write.ts";

/** Writes a suite of what may be expected of a table by what it is now. */
export async function initSuite(
  session: Session,
  { table: named, suite_path: given, overwrite }: RequestOf<"propose">,
): Promise<SuiteWritten> {
  const { sql, dataset, settings } = session;
  const table = await findTable(sql, named, dataset.schema);
  const own = table.schema === dataset.schema ? dataset.tables.find(({ name }) => name === table.name) : undefined;
  const path = given ?? usualPath(session, table, own);
  // Told before the table is read, which may take long.
  if (!overwrite && existsSync(path)) throw isThere(path);
  const proposal = await proposeSuite(sql, table);
  const from = "Proposed by `validate --init` from the table as it was.";
  await writeSuite(path, suiteText(`${table.schema}.${table.name}`, table.name, proposal, from), overwrite);
  return {
    table: `${table.schema}.${table.name}`,
    path,
    rows: proposal.rows,
    expectations: proposal.expectations,
    left_out: proposal.leftOut,
    next: commandOfSuite(path, named, settingFlags(settings, process.env)),
    manifest: own === undefined || !isOfUsers(settings) ? null : manifestLine(session, own, path),
  };
}

/** Where the table's suite is, or would be beside those of the dataset; of a program that holds these in itself, here. */
function usualPath(
  { dataset, manifestDirectory, settings }: Session,
  { schema, name }: CatalogTable,
  own?: DatasetTable,
): string {
  if (isOfUsers(settings) && own?.suite) return fromHere(join(manifestDirectory, own.suite));
  const file = `${schema === dataset.schema ? name : `${schema}.${name}`}.json`;
  if (!/^(?!\.)[^/\\\p{Cc}]+$/u.test(file)) {
    throw usageError("The table's name cannot be that of a file.", "Name the file to write with --suite.");
  }
  return isOfUsers(settings) ? fromHere(join(manifestDirectory, "expectations", file)) : file;
}

/** Whether the dataset's folder is its user's to write to; what comes with a package is not. */
function isOfUsers(settings: Settings): boolean {
  return form === "checkout" || !placeOf(settings).isOwn;
}

/** What the manifest has to say of the table for runs to use the suite; null where it says so. */
function manifestLine(
  { dataset, manifestDirectory: directory }: Session,
  { suite }: DatasetTable,
  path: string,
): string | null {
  const written = resolve(path);
  if (suite !== null && resolve(directory, suite) === written) return null;
  const near = relative(directory, written);
  return `${dataset.manifest} says "suite": ${JSON.stringify(isAbsolute(near) ? written : near)}`;
}
