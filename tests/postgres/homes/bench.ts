import { expect, test } from "bun:test";
import { chmodSync, chownSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { atEnd } from "../../helpers/at-end.ts";
import { asking, homesFolder } from "../../helpers/homes.ts";
import { Home, until } from "./home.ts";
import { accountOf, type Who } from "./who.ts";

/** How many tests of a file run side by side, each on a home of its own: most of the time they wait. */
const abreast = 4;
/** Milliseconds that one of them may take on a busy machine. */
const patience = 240_000;
/** How long it may wait for its turn in addition is not limited: Bun begins 20 at once. */
const unlimited = { timeout: 0 };

const folder = homesFolder();
const made: Home[] = [];
/** Homes of which those of the tests are copies, by whose they are. */
const models = new Map<Who, Promise<Home>>();
atEnd(async () => {
  for (const one of made) await one.remove();
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

/** A home of that one, with a row in it. */
async function homeWithRow(who: Who): Promise<Home> {
  const model = await models.getOrInsertComputed(who, makeModel);
  const home = emptyHome(who);
  await run("cp", "-a", model.path, home.path);
  return home;
}

/** A folder in which no home is yet, nor need be at the end. */
export function noHome(who: Who): Home {
  const home = emptyHome(who);
  home.rows = null;
  return home;
}

type Values<Case> = Case extends readonly unknown[] ? [...Case] : [Case];

/**
 * What declares tests that run side by side, each about a home of its own, which it is given. After each of them is
 * proven that no row was lost and no server is left.
 */
export function testsOn(who: Who, begin: (who: Who) => Home | Promise<Home> = homeWithRow) {
  const declare = (name: string, body: (home: Home) => unknown) => {
    test.concurrent(name, () => inTurn(() => onHome(begin(who), body)), unlimited);
  };
  const each =
    <const Case>(cases: readonly Case[]) =>
    (name: string, body: (home: Home, ...values: Values<Case>) => unknown) => {
      const work = (...values: unknown[]) =>
        inTurn(() => onHome(begin(who), (home) => body(home, ...(values as Values<Case>))));
      test.concurrent.each(cases)(name, work, unlimited);
    };
  return Object.assign(declare, { each });
}

async function onHome(begun: Home | Promise<Home>, body: (home: Home) => unknown): Promise<void> {
  const home = await begun;
  try {
    await body(home);
    if (home.rows !== null) {
      expect(await home.kept()).toBe(home.rows);
      expect(await home.does("status")).toMatchObject({ running: false, kept: false });
    }
    await until(() => home.inhabitants().length === 0, "the end of all that lives there");
  } finally {
    await home.remove();
  }
}

let free = abreast;
const queue: (() => void)[] = [];

/** Does the work once fewer than `abreast` others are at theirs. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  if (free > 0) free--;
  else await new Promise<void>((resolve) => queue.push(resolve));
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`the test did not end in ${patience} ms`)), patience);
  try {
    await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
    const next = queue.shift();
    if (next === undefined) free++;
    else next();
  }
}

/** Lets the tests beside this one go on meanwhile. */
export async function run(...words: string[]): Promise<void> {
  const child = Bun.spawn(words, { stdout: "ignore", stderr: "pipe" });
  const [code, stderr] = await Promise.all([child.exited, child.stderr.text()]);
  if (code !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
}

/** The server's process of this connection. */
export async function sessionOf(sql: Sql): Promise<number> {
  const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return own?.pid ?? 0;
}
