import { afterEach, expect } from "bun:test";
import { chmodSync, chownSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { atEnd } from "../../helpers/at-end.ts";
import { asking, homesFolder } from "../../helpers/homes.ts";
import { Home } from "./home.ts";
import { accountOf, type Who } from "./who.ts";

/** The home of the test that is under way. */
export let home: Home;

const folder = homesFolder();
const made: Home[] = [];
/** Homes of which those of the tests are copies, by whose they are. */
const models = new Map<Who, Promise<Home>>();
atEnd(async () => {
  for (const one of made) one.remove();
  folder.remove();
});

/** A folder in which no home is yet. */
function emptyHome(who: Who): Home {
  const around = mkdtempSync(join(folder.path, "h"));
  chmodSync(around, 0o755);
  const { uid, gid } = accountOf(who);
  if (uid !== undefined && gid !== undefined) chownSync(around, uid, gid);
  const empty = new Home(around, who);
  made.push(empty);
  return empty;
}

async function makeModel(who: Who): Promise<Home> {
  const model = emptyHome(who);
  const first = model.use();
  await asking(await first.url(), async (sql) => {
    await sql`create table kept (one int)`;
    await sql`insert into kept select 1`;
  });
  await first.leave();
  return model;
}

/** The test is about a home of that one, with a row in it. */
export async function begin(who: Who): Promise<void> {
  const model = models.getOrInsertComputed(who, makeModel);
  home = emptyHome(who);
  run("cp", "-a", (await model).path, home.path);
}

/** The test is about a folder in which no home is yet, nor need be at the end. */
export function beginEmpty(who: Who): void {
  home = emptyHome(who);
  home.rows = null;
}

/** After each test of a file: no row was lost, no server is left. */
export function proveAfterEach(): void {
  afterEach(async () => {
    if (home.rows !== null) {
      expect(await home.kept()).toBe(home.rows);
      expect(await home.does("status")).toMatchObject({ running: false, kept: false });
    }
    expect(home.servers()).toEqual([]);
    home.remove();
  });
}

export function run(...words: string[]): void {
  const { success, stderr } = Bun.spawnSync(words);
  if (!success) throw new Error(`${words.join(" ")}: ${stderr}`);
}

/** The server's process of this connection. */
export async function sessionOf(sql: Sql): Promise<number> {
  const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return own?.pid ?? 0;
}
