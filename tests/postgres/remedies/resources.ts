import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { resourceRemedies } from "../../../src/postgres/remedies/resources.ts";
import {
  canary,
  onItsOwn,
  ownServer,
  type Provocation,
  pidOf,
  played,
  statements,
  thrownBy,
  waitsForLock,
} from "./provoking.ts";

type Name = keyof typeof resourceRemedies;

/** Two sessions: the first one has begun, the second one throws; `first` goes on once the second one waits for it. */
function between(first: string, second: string, then: string): Provocation {
  return ({ url, sql }) =>
    onItsOwn(url, (one) =>
      onItsOwn(url, async (other) => {
        await one.unsafe(`begin; ${first}`);
        const pid = await pidOf(other);
        const failing = thrownBy(other.unsafe(second));
        await waitsForLock(sql, pid);
        await one.unsafe(then);
        return failing;
      }),
    );
}

/** A table of its own whose file, once nothing of it is in memory, something was done to. */
function spoiled(spoil: (file: string) => void, reading: string): Provocation {
  return async () => {
    const { admin, url, data, stop } = await ownServer();
    try {
      await admin.unsafe(`
        create database spoiled`);
      const at = url.replace("/streamflow?", "/spoiled?");
      await onItsOwn(at, (sql) =>
        sql.unsafe(
          `create table t (id text primary key); insert into t select x || '${canary}' from generate_series(1, 999) x`,
        ),
      );
      await admin`checkpoint`;
      // A copy of files, of which no page was read yet.
      await admin`create database copied template spoiled strategy file_copy`;
      const copied = url.replace("/streamflow?", "/copied?");
      const [found] = await onItsOwn(
        copied,
        (sql) => sql<{ path: string }[]>`select pg_relation_filepath(${reading}) as path`,
      );
      spoil(join(data, found?.path ?? ""));
      return await onItsOwn(copied, (sql) =>
        thrownBy(sql.unsafe("set enable_seqscan = off; set enable_bitmapscan = off; select * from t where id > ''")),
      );
    } finally {
      await stop();
    }
  };
}

export const resourceProvocations: Record<Name, Provocation> = {
  disk_full: statements("copy (select 1) to '/dev/full'"),
  temporary_files: statements(
    "set temp_file_limit = 0; set work_mem = '64kB'",
    `select '${canary}' || x from generate_series(1, 99999) x order by 1`,
  ),
  async lock_table_full() {
    const { url, stop } = await ownServer();
    try {
      return await statements("select pg_advisory_xact_lock(x) from generate_series(1, 99999) x")({
        ...{ url, asRole: url, role: "" },
        sql: null as never,
      });
    } finally {
      await stop();
    }
  },
  memory_full: played("53200", "out of memory"),
  resources: played("53000", "insufficient resources"),
  lock_timeout: ({ url }) =>
    onItsOwn(url, async (one) => {
      await one`begin`;
      await one`lock table owned`;
      return statements("set lock_timeout = '5ms'", "select from owned")({ url } as never);
    }),
  in_use: statements("begin", "declare reading cursor for select from owned", "alter table owned add more text"),
  not_ready: statements("create temporary sequence unused", "select currval('unused')"),
  deadlock: ({ url, sql }) =>
    onItsOwn(url, (one) =>
      onItsOwn(url, async (other) => {
        await one.unsafe("begin; set local deadlock_timeout = '5ms'; update pairs set n = 2 where id = '1'");
        const pid = await pidOf(other);
        // It would find out in an hour: the first one does.
        const waiting = other.unsafe(`
          begin; set local deadlock_timeout = '1h'; update pairs set n = 2 where id = '2';
          update pairs set n = 3 where id = '1'; rollback`);
        const waited = waiting.execute();
        await waitsForLock(sql, pid);
        const thrown = await thrownBy(one.unsafe("update pairs set n = 3 where id = '2'"));
        await one`rollback`;
        await waited;
        return thrown;
      }),
    ),
  in_the_way: between(
    "update pairs set n = 4 where id = '1'",
    "begin isolation level repeatable read; select from pairs; update pairs set n = 5 where id = '1'",
    "commit",
  ),
  limit: statements(
    "create temporary table long (id text primary key)",
    `insert into long select string_agg(sha512(x::text::bytea)::text, '${canary}') from generate_series(1, 99) x`,
  ),
  file_lost: spoiled((file) => rmSync(file), "t"),
  file_unreadable: statements("select pg_read_binary_file('/proc/self/mem', 0, 9)"),
  damaged: spoiled((file) => writeFileSync(file, Buffer.alloc(8192 * 8, canary)), "t"),
  index_damaged: spoiled((file) => writeFileSync(file, Buffer.alloc(8192 * 8)), "t_pkey"),
  changed_at_once: between("grant select on owned to public", "grant update on owned to public", "commit"),
  of_the_server: statements("select pg_describe_object(1, 1, 0)"),
};
