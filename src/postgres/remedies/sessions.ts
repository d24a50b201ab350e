import { again, grantsHint, type Remedy } from "./remedy.ts";

const connections =
  "select usename, application_name, count(*) from pg_stat_activity group by 1, 2 order by 3 desc` tells who has them";

/** What keeps a session from being opened, or ends it. */
export const sessionRemedies = {
  password_refused: {
    state: "28P01",
    code: "database_unreachable",
    cause: "it refuses the password",
    hint: "Correct user and password in the database URL, PGPASSWORD or ~/.pgpass, which counts where nobody else may read it (chmod 600).",
  },
  role_unknown: {
    state: "28000",
    says: /^role .* does not exist/,
    code: "database_unreachable",
    cause: "it has no such role",
    hint: "Correct the user in the database URL, or make the role: `create role USER login`, as a superuser.",
  },
  role_without_login: {
    state: "28000",
    says: /is not permitted to log in/,
    code: "database_unreachable",
    cause: "that role may not log in",
    hint: "`alter role USER login` lets it, as a superuser; or name a role that may in the database URL.",
  },
  connect_denied: {
    state: "42501",
    // The quote is in what ends a login alone; this comes before the remedy for the words without it.
    says: /^permission denied for database "/,
    code: "privilege_missing",
    cause: "that role may not connect to that database",
    hint: `\`grant connect on database DATABASE to USER\`, as the database's owner. ${grantsHint}`,
  },
  not_let_in: {
    state: "28000",
    says: /pg_hba\.conf/,
    code: "database_unreachable",
    cause: "its pg_hba.conf does not let that user in from here",
    hint: "Add a line for user, database and address to the server's pg_hba.conf, then `select pg_reload_conf()` there.",
  },
  login_refused: {
    state: "28",
    code: "database_unreachable",
    cause: "it refuses the login",
    hint: "Check the user in the database URL, that the role may log in, and the server's pg_hba.conf.",
  },
  database_unknown: {
    state: "3D000",
    code: "database_unreachable",
    cause: "it has no such database",
    hint: "Create it with createdb, or correct its name in the URL.",
  },
  database_closed: {
    state: "55000",
    says: /is not currently accepting connections/,
    code: "database_unreachable",
    cause: "that database takes no connections",
    hint: "`alter database DATABASE allow_connections true` opens it, as a superuser in another database; or name another one.",
  },
  role_full: {
    state: "53300",
    says: /for role/,
    code: "database_unreachable",
    cause: "the role has all the connections that it may have",
    hint: `Wait until others of its sessions end (\`${connections}), or \`alter role USER connection limit -1\`. A run takes two, or three where it may.`,
  },
  database_full: {
    state: "53300",
    says: /for database/,
    code: "database_unreachable",
    cause: "the database has all the connections that it may have",
    hint: `Wait until others end (\`${connections}), or \`alter database DATABASE connection limit -1\`. A run takes two, or three where it may.`,
  },
  server_full: {
    state: "53300",
    code: "database_unreachable",
    cause: "all its connections are taken",
    hint: `Wait until others end (\`${connections}), or raise max_connections on the server. A run takes two, or three where it may.`,
  },
  starting: {
    state: "57P03",
    code: "database_unreachable",
    cause: "it is starting up or shutting down",
    hint: "Try again in a moment; a server that stays so tells in its log what it waits for.",
    passes: true,
  },
  pooler: {
    state: "08P01",
    code: "database_unreachable",
    cause: "what answers there cannot go on with this connection",
    hint: "Where a pooler stands before the server, its log tells why. Name the server itself in the database URL, or try again.",
  },
  pooler_lost: {
    state: "08P01",
    says: /server conn crashed/,
    code: "database_lost",
    cause: "a pooler in between lost its connection to the server",
    hint: again,
    passes: true,
  },
  pooler_killed: {
    state: "08P01",
    says: /database removed|forced disconnect/,
    code: "database_lost",
    cause: "a pooler in between ended this session, as its administrator had it do",
    hint: `${again} PgBouncer lets nobody into a database after KILL until it is told RESUME in its console.`,
    passes: true,
  },
  pooler_timeout: {
    state: "08P01",
    says: /\b(?:query|transaction|client_idle)[ _]timeout/,
    code: "database_lost",
    cause: "a pooler in between ended this session after as long as it lets one go on",
    hint:
      "Nothing was published. Set query_timeout, idle_transaction_timeout, transaction_timeout and client_idle_timeout to 0 in its " +
      "pgbouncer.ini and have it RELOAD; or name the server itself in the database URL.",
  },
  foreign_unreachable: {
    state: "08",
    code: "database_error",
    cause: "a server that this one reads a foreign table from cannot be reached",
    hint: "Nothing was published. `\\det+` in psql lists foreign tables and their servers: correct the server's options, or start it.",
  },
  terminated: {
    state: "57P01",
    code: "database_lost",
    cause: "the server was shut down, or an administrator ended this session",
    hint: again,
    passes: true,
  },
  database_dropped: {
    state: "57P04",
    code: "database_lost",
    cause: "the database was dropped meanwhile",
    hint: "Nothing was published. Restore the database, or name another one in the URL.",
  },
  idle_session: {
    state: "57P05",
    code: "database_lost",
    cause: "idle_session_timeout ended this session",
    hint: "Nothing was published. `alter role USER set idle_session_timeout = 0` for the console's role; then run the command again.",
  },
  idle_in_transaction: {
    state: "25P03",
    code: "database_lost",
    cause: "idle_in_transaction_session_timeout ended this session",
    hint:
      "Nothing was published. `alter role USER set idle_in_transaction_session_timeout = 0` for the console's role; " +
      "then run the command again.",
  },
  transaction_too_long: {
    state: "25P04",
    code: "database_lost",
    cause: "transaction_timeout ended this session",
    hint: "Nothing was published. `alter role USER set transaction_timeout = 0` for the console's role; then run the command again.",
  },
  statement_too_long: {
    state: "57014",
    says: /statement timeout/,
    code: "database_error",
    cause: "statement_timeout stopped the statement",
    hint: "Nothing was published. `alter role USER set statement_timeout = 0` for the console's role; then run the command again.",
  },
  statement_cancelled: {
    state: "57014",
    says: /user request/,
    code: "database_error",
    cause: "somebody stopped the statement, by pg_cancel_backend",
    hint: `${again} Who stopped it is a superuser, or a role that the console's is a member of.`,
  },
  statement_stopped: {
    state: "57014",
    code: "database_error",
    cause: "the statement was stopped, by somebody or by statement_timeout",
    hint: `${again} \`show statement_timeout\` as the console's role tells whether that is set.`,
  },
} as const satisfies Record<string, Remedy>;
