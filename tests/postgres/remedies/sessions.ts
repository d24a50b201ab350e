import type { sessionRemedies } from "../../../src/postgres/remedies/sessions.ts";
import { databaseUrl } from "../../helpers/names.ts";
import {
  type Ground,
  onItsOwn,
  ownServer,
  type Provocation,
  pidOf,
  played,
  statements,
  thrownBy,
} from "./provoking.ts";

type Name = keyof typeof sessionRemedies;

const loginAt = (url: string) => onItsOwn(url, (sql) => thrownBy(sql`select 1`));

const asUser = (url: string, user: string) => url.replace(/\/\/([^@/]*@)?/, `//${user}@`);

/** A statement that is under way until another session does something about it. */
function during(act: (ground: Ground, pid: number) => Promise<unknown>): Provocation {
  return (ground) =>
    onItsOwn(ground.url, async (sql) => {
      const pid = await pidOf(sql);
      const failing = thrownBy(sql`select pg_sleep(60)`);
      for (let isUnderWay = false; !isUnderWay; ) {
        const sleeping = await ground.sql`select from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'`;
        isUnderWay = sleeping.length > 0;
      }
      await act(ground, pid);
      return failing;
    });
}

/** A session that its server ends while it is idle in a transaction. */
const idle: Provocation = ({ url, sql }) =>
  onItsOwn(url, (own) =>
    thrownBy(
      own.begin(async (tx) => {
        const pid = await pidOf(tx);
        await tx`set idle_in_transaction_session_timeout = '5ms'`;
        for (let isThere = true; isThere; ) {
          isThere = (await sql`select from pg_stat_activity where pid = ${pid}`).length > 0;
        }
        await tx`select 1`;
      }),
    ),
  );

/** How a login ends once the server has these lines in its pg_hba.conf. */
function withLines(lines: string, user: string): Provocation {
  return async () => {
    const { admin, url, letIn, stop } = await ownServer();
    try {
      await admin.unsafe(`create role ${user} login password 'right'`);
      await letIn(lines);
      for (;;) {
        const thrown = await onItsOwn(asUser(url, `${user}:wrong`), (sql) => sql`select`.catch((error) => error));
        if (thrown instanceof Error) return thrown;
      }
    } finally {
      await stop();
    }
  };
}

/** How a login ends while the database is set so. */
function allowing(setting: string, usual: string): Provocation {
  return async ({ url, asRole, sql }) => {
    const [row] = await sql<{ name: string }[]>`select quote_ident(current_database()) as name`;
    return onItsOwn(databaseUrl(url, "postgres"), async (admin) => {
      await admin.unsafe(`alter database ${row?.name} ${setting}`);
      const thrown = await loginAt(asRole);
      await admin.unsafe(`alter database ${row?.name} ${usual}`);
      return thrown;
    });
  };
}

export const sessionProvocations: Record<Name, Provocation> = {
  password_refused: withLines("local all locked scram-sha-256\n", "locked"),
  role_unknown: ({ url }) => loginAt(asUser(url, "nobody_of_that_name")),
  role_without_login: async ({ asRole, role, sql }) => {
    await sql`alter role ${sql(role)} nologin`;
    const thrown = await loginAt(asRole);
    await sql`alter role ${sql(role)} login`;
    return thrown;
  },
  async connect_denied({ sql, asRole }) {
    const [{ database = "" } = {}] = await sql`select current_database() as database`;
    await sql`revoke connect on database ${sql(database)} from public`;
    return loginAt(asRole).finally(() => sql`grant connect on database ${sql(database)} to public`);
  },
  not_let_in: withLines("local all barred reject\n", "barred"),
  login_refused: withLines("local all peered peer\n", "peered"),
  database_unknown: ({ url }) => loginAt(databaseUrl(url, "nowhere")),
  database_closed: allowing("allow_connections false", "allow_connections true"),
  role_full: async ({ asRole, role, sql }) => {
    await sql`alter role ${sql(role)} connection limit 0`;
    const thrown = await loginAt(asRole);
    await sql`alter role ${sql(role)} connection limit -1`;
    return thrown;
  },
  database_full: allowing("connection limit 0", "connection limit -1"),
  async server_full() {
    const { url, stop } = await ownServer();
    const fill = (left: number): Promise<unknown> =>
      onItsOwn(url, async (sql) => {
        const thrown = await sql`select`.then(
          () => undefined,
          (error: unknown) => error,
        );
        return thrown ?? (left > 0 ? await fill(left - 1) : undefined);
      });
    try {
      return await fill(20);
    } finally {
      await stop();
    }
  },
  async starting() {
    const { admin, url, stop } = await ownServer();
    try {
      const [row] = await admin<{ pid: number }[]>`
        select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid`;
      // It waits for this session, and lets nobody else in.
      process.kill(row?.pid ?? 0, "SIGTERM");
      for (;;) {
        const thrown = await onItsOwn(url, (sql) => sql`select`.catch((error) => error));
        if (thrown instanceof Error) return thrown;
      }
    } finally {
      await stop();
    }
  },
  pooler: played("08P01", "server login has been failing"),
  pooler_lost: played("08P01", "server conn crashed?"),
  pooler_killed: played("08P01", "database removed"),
  pooler_timeout: played("08P01", "idle transaction timeout"),
  foreign_unreachable: statements(
    `create extension if not exists postgres_fdw;
     create server away foreign data wrapper postgres_fdw options (host '/nowhere');
     create user mapping for current_user server away;
     create foreign table far (id text) server away`,
    "select from far",
  ),
  terminated: during(({ sql }, pid) => sql`select pg_terminate_backend(${pid})`),
  database_dropped: played("57P04", "the database is gone"),
  idle_session: played("57P05", "terminating connection due to idle-session timeout"),
  idle_in_transaction: idle,
  // Not before PostgreSQL 17.
  async transaction_too_long() {
    const { url, stop } = await ownServer();
    try {
      return await statements("set transaction_timeout = '5ms'; select pg_sleep(60)")({ url } as Ground);
    } finally {
      await stop();
    }
  },
  statement_too_long: statements("set statement_timeout = '5ms'", "select pg_sleep(60)"),
  statement_cancelled: during(({ sql }, pid) => sql`select pg_cancel_backend(${pid})`),
  statement_stopped: played("57014", "die Anweisung wurde abgebrochen"),
};
