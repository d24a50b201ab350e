import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest } from "../../src/core/dataset.ts";
import type { Fault } from "../../src/core/faults.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import type { DropCheck } from "../../src/core/messages/listings.ts";
import { checkDrops } from "../../src/pipeline/answers/check.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import type { Obstacle } from "../../src/postgres/cluster/plan.ts";
import { migrated } from "./database.ts";
import { type DropFolder, dropFolder } from "./drops.ts";
import { lastOf, openedAs, type RunFlags, runRequest } from "./pipeline.ts";
import { type TestDatabase, testDatabase } from "./server.ts";
import { obstaclesTo, spreadTables, workers } from "./spread.ts";

/** What a manifest says of a table besides its file. */
export type ManifestTable = Record<string, unknown>;

/** Files by their tables, each as its text. */
export type Texts = Record<string, string>;

/** A database in which each case makes tables of its own, and a folder for their drops. */
export class RuledPlace {
  #session: Session | null = null;
  /** What kept the tables from being spread over the nodes of a cluster, where they are to be. */
  obstacles: Obstacle[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly drops: DropFolder,
    private readonly opened: Session,
    private readonly isSpread: boolean,
  ) {}

  static async open(): Promise<RuledPlace> {
    return RuledPlace.on(await testDatabase(migrated), workers.length > 0);
  }

  /** On a database that has the ledger. */
  static async on(database: TestDatabase, isSpread: boolean): Promise<RuledPlace> {
    const drops = dropFolder();
    const settings = { data: join(drops.path, "data"), home: join(drops.path, "home"), database: database.url };
    return new RuledPlace(database, drops, await openSession(await reachDatabase(settings)), isSpread);
  }

  async close(): Promise<void> {
    await this.opened.close();
    this.drops.remove();
    await this.database.drop();
  }

  /** Begin anew with these tables, in a schema that statements find by itself. */
  async make(statements: string, tables: Record<string, ManifestTable>): Promise<void> {
    const { sql } = this.database;
    // One by one, as the nodes of a cluster take them; what tables are made of goes after them.
    const schemas = ["ruled", "stage"];
    const old = await sql<{ schema: string; name: string }[]>`
      select schemaname as schema, tablename as name from pg_tables where schemaname = any(${schemas})`;
    for (const one of old) await sql`drop table if exists ${sql(one.schema)}.${sql(one.name)} cascade`;
    for (const schema of schemas) await sql`drop schema if exists ${sql(schema)} cascade`;
    await sql.unsafe(`
      create schema ruled; truncate console.runs, console.seals, console.lifted_seals restart identity cascade;
      set search_path = ruled, public; ${statements}; reset search_path`);
    await this.look(tables);
    if (this.isSpread) await this.#spread(tables);
    rmSync(this.opened.settings.data, { recursive: true, force: true });
  }

  async #spread(tables: Record<string, ManifestTable>): Promise<void> {
    const { sql } = this.database;
    this.obstacles = await obstaclesTo(sql, this.session.dataset);
    if (this.obstacles.length > 0) return;
    await spreadTables(sql, this.session.dataset);
    await this.look(tables);
  }

  /** Read the tables as they are now. */
  async look(tables: Record<string, ManifestTable>): Promise<void> {
    const manifest = {
      ...{ name: "ruled", schema: "ruled", first_month: "2024-01", as_of_column: "as_of" },
      ...{ dates: this.opened.dataset.dates, rows: { shrink: { warn: 1, reject: 1 }, grow: { warn: 9, reject: 9 } } },
      tables: Object.fromEntries(
        Object.entries(tables).map(([name, said]) => [name, { file: `${name}.csv`, ...said }]),
      ),
    };
    const dataset = parseManifest(JSON.stringify(manifest), "dataset.json");
    this.#session = { ...this.opened, dataset, tables: await loadTables(this.opened.sql, dataset) };
  }

  get session(): Session {
    if (this.#session === null) throw new Error("no tables were made");
    return this.#session;
  }

  write(month: string, texts: Texts): void {
    const folder = join(this.opened.settings.data, month);
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `${name}.csv`), text);
  }

  async run(month: string, flags: RunFlags = {}): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    const never = new AbortController().signal;
    await runMonths(openedAs(this.session), runRequest([month], flags), (event) => events.push(event), never);
    return events;
  }

  /** Run a month that has to be published. */
  async publish(month: string, texts: Texts, flags: RunFlags = {}): Promise<void> {
    this.write(month, texts);
    const events = await this.run(month, flags);
    const failed = lastOf(events, "run.failed");
    if (failed !== undefined) throw new Error(`${failed.title} ${JSON.stringify(failed.faults)} ${failed.hint}`);
  }

  async check(month: string): Promise<DropCheck> {
    const { drops } = await checkDrops(this.session, { kind: "check", selection: { months: [month] } });
    const [drop] = drops;
    if (drop === undefined) throw new Error("nothing was checked");
    return drop;
  }

  /** Every row of every table of the schema, as text. */
  async rows(): Promise<string> {
    const { sql } = this.database;
    const tables = await sql<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'ruled' order by 1`;
    const all: string[] = [];
    for (const { name } of tables) {
      const rows = await sql<{ row: string }[]>`select t::text as row from ruled.${sql(name)} t order by 1`;
      all.push(name, ...rows.map(({ row }) => row));
    }
    return all.join("\n");
  }
}

/** `file:line column code value`, in one order. */
export function told(faults: readonly Fault[]): string[] {
  return faults.map(({ file, line, column, code, value }) => `${file}:${line} ${column} ${code} ${value}`).sort();
}
