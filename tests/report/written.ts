import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDrop } from "../../data/generate/drop.ts";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunDetail, RunEntry } from "../../src/core/messages/listings.ts";
import type { Profile } from "../../src/core/messages/profiles.ts";
import { writeReport } from "../../src/report/main.ts";
import { migrated } from "../helpers/database.ts";
import { beyondOf, ksOf, meanOf, missingOf, psiOfMany, variationOfMany } from "../helpers/distances.ts";
import { dropFolder } from "../helpers/drops.ts";
import { ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type ReadPage, readPage } from "./reading.ts";

const days = ["2024-01-31", "2024-02-29", "2024-03-31"] as const;
export const [, february, march] = days;

/** The run of the newest month. */
export const last = 3;

/** Profiles of a table, the oldest first. */
interface ProfiledTable {
  table: string;
  profiles: { as_of: string; columns: Profile[] }[];
}

/** Three generated months, of which the last drifted, all pages of them, and the answers that they are made of. */
export interface WrittenPages {
  database: TestDatabase;
  pipeline: Pipeline;
  /** By its path in the site, without `.html`; `single` is the page of the last run by itself. */
  page(name: string): ReadPage;
  /** The newest first. */
  runs: RunEntry[];
  details: RunDetail[];
  /** Of the last run. */
  detail: RunDetail;
  tables: ProfiledTable[];
  remove(): Promise<void>;
}

export async function writePages(): Promise<WrittenPages> {
  const [database, drops] = [await testDatabase(migrated), dropFolder()];
  const data = join(drops.path, "data");
  mkdirSync(data);
  const months = days.map((_, index) => `month_00${index}`);
  for (const index of months.keys()) writeDrop({ seed: 1, users: 400, drift: 2 }, index, data);
  const pipeline = startPipeline({ data, home: join(drops.path, "home"), database: database.url });
  await ranIn(pipeline, months);
  const { runs } = await pipeline.call({ kind: "runs" });
  const details = await Promise.all(runs.map(({ run }) => pipeline.call({ kind: "show", run })));
  const detail = details.find(({ run }) => run === last);
  if (detail === undefined) throw new Error("the months were not run");
  const asked = { kind: "profile", as_of: null, run: null, table: null, column: null } as const;
  const byTable = Map.groupBy((await pipeline.call(asked)).profiles, ({ table }) => table);
  const tables = [...byTable].map(([table, all]) => ({
    table,
    profiles: all.map(({ as_of, columns }) => ({ as_of, columns: columns ?? [] })),
  }));
  const pages = new Map<string, ReadPage>();
  const read = async (name: string, path: string) => pages.set(name, await readPage(readFileSync(path, "utf8")));
  const [site, single] = [join(drops.path, "site"), join(drops.path, "single.html")];
  const what = { kind: "report", junit: null, gx: null, values: null } as const;
  await writeReport({ ...what, subject: { run: last }, out: single }, pipeline);
  await writeReport({ ...what, subject: "all", out: site }, pipeline);
  const names = ["index", "months/month_002", `runs/run-${last}`, ...tables.map(({ table }) => `tables/${table}`)];
  for (const name of names) await read(name, join(site, `${name}.html`));
  await read("single", single);
  return {
    ...{ database, pipeline, runs, details, detail, tables },
    page(name) {
      const found = pages.get(name);
      if (found === undefined) throw new Error(`no page ${name}`);
      return found;
    },
    async remove() {
      await pipeline.close();
      drops.remove();
      await database.drop();
    },
  };
}

/** Figures of a column by their definitions, from the rows themselves. */
export async function movesInSql({ sql }: TestDatabase, table: string, column: string, isNumber: boolean) {
  const cellsOf = async (day: string): Promise<(string | null)[]> => {
    const rows = await sql`select ${sql(column)}::text as cell from ${sql(table)} where as_of = ${day}`;
    return rows.map(({ cell }) => cell);
  };
  const [before, after] = [await cellsOf(february), await cellsOf(march)];
  const [{ changed = null } = {}] = await sql`
    select count(*)::int as changed from ${sql(table)} f join ${sql(table)} t using (user_id)
     where f.as_of = ${february} and t.as_of = ${march} and f.${sql(column)} is distinct from t.${sql(column)}`;
  const numbers = (cells: readonly (string | null)[]) =>
    cells.map((cell) => (cell === null ? null : isNumber ? Number(cell) : 0));
  const [p, q] = [numbers(before), numbers(after)];
  const missing = missingOf(p, q);
  if (!isNumber) return { distance: variationOfMany(before, after), ks: null, missing, changed };
  return { distance: psiOfMany(p, q), ks: ksOf(p, q), beyond: beyondOf(p, q), missing, mean: meanOf(p, q), changed };
}
