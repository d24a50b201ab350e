import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { changedSince } from "../../src/csv/drop/changes.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, keepingTime, smallDrop } from "../helpers/drops.ts";
import { digest, lastOf, openedAs, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** A drop is published as it was listed, or not at all: never half of one delivery and half of the next. */

setDefaultTimeout(300_000);
const users = ["u1", "u2", "u3", "u4"];
const files = Object.keys(smallDrop(users));
let database: TestDatabase;
let drops: DropFolder;
let session: Session;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  const settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
  session = await openSession(await reachDatabase(settings));
});
afterAll(async () => {
  await session.close();
  drops.remove();
  await database.drop();
});
beforeEach(async () => {
  await emptied(database.sql);
  drops.empty();
  drops.write("month_000", smallDrop(users));
});

/** Run month_000; events come while the run stands still, so that what `onEvent` does is done at that very moment. */
async function run(onEvent: (event: RunEvent, index: number) => void = () => {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const listen = (event: RunEvent) => {
    events.push(event);
    onEvent(event, events.length - 1);
  };
  await runMonths(openedAs(session), runRequest(["month_000"]), listen, new AbortController().signal);
  return events;
}

/** Another content of the same length, just as sound: two users have changed places. */
function altered(text: string): string {
  return text.replace(/^u([12]),/gm, (_, user: string) => `u${3 - Number(user)},`);
}

/** What others do to a file, with nothing left to see in its size and time where that can be. */
const deeds: Record<string, (path: string) => void> = {
  "replaced, with its size and time": (path) => {
    writeFileSync(`${path}.part`, altered(readFileSync(path, "utf8")));
    keepingTime(path, () => renameSync(`${path}.part`, path));
  },
  "written over, with its size and time": (path) => {
    keepingTime(path, () => writeFileSync(path, altered(readFileSync(path, "utf8"))));
  },
  grown: (path) => appendFileSync(path, "more,1,1,1\n"),
  "cut short": (path) => truncateSync(path, 20),
  "turned into a pipe": (path) => {
    unlinkSync(path);
    Bun.spawnSync(["mkfifo", path]);
  },
  "turned into a link out of the folder": (path) => {
    unlinkSync(path);
    symlinkSync(import.meta.path, path);
  },
  touched: (path) => utimesSync(path, new Date(), new Date(Date.now() - 5_000)),
  "taken away": (path) => unlinkSync(path),
  "joined by a second": (path) => writeFileSync(`${path}.gz`, Bun.gzipSync(readFileSync(path))),
};

const codes: Record<string, RegExp> = {
  "taken away": /file_(changed|missing)/,
  "turned into a pipe": /file_(changed|unreadable)/,
};

const moments = 20;
const isLastStage = (event: RunEvent) => event.event === "stage.finished" && event.stage === "snapshot";

test("what becomes of a file at any moment between the start and the commit stops the run, and nothing is published", async () => {
  const whole = await run();
  expect(lastOf(whole, "run.finished")?.status).toBe("published");
  await emptied(database.sql);
  const before = await digest(database.sql);
  // The last event but one is the end of the last stage: nothing but the ledger and the commit come after it.
  const last = whole.length - 2;
  for (const [turn, [deed, change]] of [...Object.entries(deeds), ...Object.entries(deeds)].entries()) {
    for (let moment = 0; moment < moments; moment += turn < Object.keys(deeds).length ? 2 : 7) {
      const at = Math.round((last * moment) / (moments - 1));
      const file = files[(moment + turn) % files.length] ?? "";
      drops.empty();
      drops.write("month_000", smallDrop(users));
      // Of files that are not fresh, size and time are believed as long as the inode is the same.
      if (turn < Object.keys(deeds).length)
        for (const one of files) utimesSync(join(drops.path, "month_000", one), 1, 1);
      let isDone = false;
      const events = await run((event, index) => {
        // A run may tell less of its progress than the one by which they were counted.
        if (isDone || (index < at && !isLastStage(event))) return;
        isDone = true;
        change(join(drops.path, "month_000", file));
      });
      const end = lastOf(events, "run.failed");
      const told = { deed, moment, file, codes: end?.faults?.map(({ code }) => code) };
      // A file that is not read yet may be unsound as well, not there, or none, once it has been changed.
      const code = codes[deed] ?? /file_changed/;
      expect(told).toMatchObject({ deed, moment, file, codes: expect.arrayContaining([expect.stringMatching(code)]) });
      expect(await digest(database.sql)).toBe(before);
    }
  }
});

test("a file that others only link to, or give other rights, is still the same", async () => {
  const events = await run((event) => {
    if (!isLastStage(event)) return;
    // The inode says it changed, the contents do not.
    renameSync(join(drops.path, "month_000", "users.csv"), join(drops.path, "month_000", "away.csv"));
    renameSync(join(drops.path, "month_000", "away.csv"), join(drops.path, "month_000", "users.csv"));
  });
  expect(lastOf(events, "run.finished")?.status).toBe("published");
});

test("the same size and time under another inode are not taken for the same files", async () => {
  await run();
  expect(lastOf(await run(), "run.finished")?.status).toBe("unchanged");
  deeds["replaced, with its size and time"]?.(join(drops.path, "month_000", "usage_agg_30d.csv"));
  expect(lastOf(await run(), "run.failed")?.code).toBe("snapshot_differs");
});

test("where a clock may count in steps of two seconds, the contents tell", async () => {
  const path = join(drops.path, "month_000", "users.csv");
  const listed = { table: "users", path, bytes: 1, modified_ms: 10_000, identity: "", present: true, fault: null };
  const sha256 = new Bun.CryptoHasher("sha256").update("what was read").digest("hex");
  const changed = async (listedAt: number) => (await changedSince(listedAt, [{ listed, sha256 }], [listed])).length;
  expect([await changed(11_000), await changed(13_000)]).toEqual([1, 0]);
});
