import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { asOfOf, type MonthName, monthIndex } from "../../src/core/month.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { lastOf, openedAs, type RunFlags, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type Drop, edited, type History, history, written } from "./model/drops.ts";
import { contentsOf, Model } from "./model/model.ts";
import { dropLoader, grantWhatRunsNeed, unpartitioned } from "./model/servers.ts";

/** Whichever way the rows are written, they are those that a plain model of upsert and snapshot says. */

/** Histories for each server; set it to soak. */
const histories = Number(process.env.HISTORIES ?? 2);
setDefaultTimeout(60_000 * histories);

const servers = [
  { name: "as the owner, with a partition a snapshot", prepare: async (database: TestDatabase) => database.url },
  {
    name: "with snapshot tables that are not partitioned",
    async prepare({ sql, url }: TestDatabase) {
      await unpartitioned(sql);
      return url;
    },
  },
  {
    name: "without the right to set foreign keys aside",
    async prepare({ sql, url }: TestDatabase) {
      await unpartitioned(sql);
      return grantWhatRunsNeed(sql, url);
    },
    slower: true,
  },
];

describe.each(servers)("$name", ({ prepare, slower = false }) => {
  let database: TestDatabase;
  let drops: DropFolder;
  let session: Session;

  beforeAll(async () => {
    database = await testDatabase(migrated);
    drops = dropFolder();
    const settings = { data: drops.path, home: `${drops.path}/home`, database: await prepare(database) };
    const opened = await openSession(await reachDatabase(settings));
    session = { ...opened, dataset: withoutOpinions(opened.dataset) };
  });
  afterAll(async () => {
    await session?.close();
    drops.remove();
    await dropLoader(database.sql);
    await database.drop();
  });

  /** Run a month as it now lies on disk. */
  async function run(month: MonthName, flags: RunFlags = {}): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    const signal = new AbortController().signal;
    await runMonths(openedAs(session), runRequest([month], flags), (event) => events.push(event), signal);
    expect(lastOf(events, "run.failed")).toBeUndefined();
    return events;
  }

  /** Run a month of this drop, and hold what was counted and what is there against the model. */
  async function step(model: Model, month: MonthName, drop: Drop, flags: RunFlags = {}): Promise<RunEvent[]> {
    const folder = `${drops.path}/${month}`;
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(written(session.tables, drop))) writeFileSync(`${folder}/${file}`, text);
    const counts = model.counts(drop);
    const events = await run(month, flags);
    if (!flags.backfill) expect(lastOf(events, "run.finished")?.tables).toEqual(counts);
    if (!flags.backfill && !flags.dry_run) model.upsert(drop);
    const asOf = asOfOf(monthIndex(month) ?? 0, session.dataset.first_month);
    if (!flags.dry_run) model.freeze(drop, month, asOf);
    expect(await contentsOf(database.sql, session.tables)).toEqual(model.contents());
    return events;
  }

  async function live({ keys, drops: edits }: History): Promise<void> {
    await emptied(database.sql);
    const model = new Model(session.tables);
    const [january, february, march, correction, april] = edits;
    const live = (table: string): ReadonlySet<string> => new Set(model.live(table).keys());
    const next = (before: Drop | null, change = january, known = live) =>
      edited(session.tables, keys, before, change ?? [], known);

    const first = next(null, february);
    const events = await step(model, "month_001", first);
    const titles = events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []));
    expect(titles.some((title) => title.includes("filled the slower way"))).toBe(slower);

    const second = next(first, march);
    await step(model, "month_002", second);
    await step(model, "month_002", second, { force: true });
    const corrected = next(second, correction);
    await step(model, "month_002", corrected, { restamp: true });
    // By then the live tables hold later months, so that nobody there is a parent of these rows.
    const alone = () => new Set<string>();
    await step(model, "month_000", next(first, january, alone), { backfill: true });
    const third = next(corrected, april);
    await step(model, "month_003", third, { dry_run: true });
    await step(model, "month_003", third);
    await step(model, "month_004", third);
  }

  test("months of drawn drops leave every cell as the model has it", async () => {
    const { tables, dataset } = session;
    const drawn = fc.asyncProperty(history(tables, dataset.dates, 5), live);
    // Time enough to make a counterexample small.
    const limits = { interruptAfterTimeLimit: 30_000 * histories, markInterruptAsFailure: true };
    await fc.assert(drawn, { numRuns: histories, ...limits });
  });
});

/** Neither expectations nor row counts stand in the way of what is drawn. */
function withoutOpinions(dataset: Session["dataset"]): Session["dataset"] {
  const never = { warn: Number.MAX_VALUE, reject: Number.MAX_VALUE };
  const tables = dataset.tables.map((table) => ({ ...table, suite: null }));
  return { ...dataset, tables, rows: { shrink: never, grow: never } };
}
