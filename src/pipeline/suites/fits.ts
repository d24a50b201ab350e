import { join, relative } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import type { SuiteFit } from "../../core/messages/suites.ts";
import { fitOf } from "../../expectations/fit.ts";
import { targetOf } from "../../expectations/validate.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import { withChecksOf } from "../session/checked-before.ts";
import type { Session } from "../session/session.ts";
import { kept, readSuite } from "../session/suites.ts";

/** How each table's suite fits it, in the order of the manifest. */
export function browseSuites(session: Session): Promise<SuiteFit[]> {
  const { settings, dataset, tables } = session;
  return withChecksOf(settings, async () => {
    const fits: SuiteFit[] = [];
    for (const { name } of dataset.tables) {
      const table = tables.find((one) => one.name === name);
      if (table !== undefined) fits.push(await fitOfTable(session, table));
    }
    return fits;
  });
}

async function fitOfTable(
  { sql, dataset, manifestDirectory }: Session,
  { name, live, manifest }: LoadTable,
): Promise<SuiteFit> {
  const none: SuiteFit = { table: name, path: null, expectations: 0, missing: [], unsound: [], trouble: null };
  if (manifest.suite === null) return none;
  const path = join(manifestDirectory, manifest.suite);
  const shown = fromHere(path);
  try {
    const suite = await readSuite(path, dataset.manifest);
    return { ...none, path: shown, ...fitOf(suite, await targetOf(sql, suite, live, kept)) };
  } catch (thrown) {
    if (!(thrown instanceof ConsoleError) || thrown.code !== "suite_invalid") throw thrown;
    return { ...none, path: shown, trouble: `${thrown.title} ${thrown.hint}` };
  }
}

/** A path as it is shortest to write where the console was started. */
export function fromHere(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}
