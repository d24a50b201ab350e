import postgres from "postgres";
import { ConsoleError } from "../../core/errors.ts";
import { driverTypes } from "./driver-types.ts";
import { unreachable } from "./errors.ts";
import { tlsFor } from "./tls.ts";
import { parseUrl, passwordFromFile } from "./url.ts";

/** A connection pool, or one connection inside a transaction. Dates and numerics stay text, counts are numbers. */
export type Sql = postgres.Sql<{ bigint: number }>;
export type Transaction = postgres.TransactionSql<{ bigint: number }>;
/** Where a statement can run. */
export type Queryable = Sql | Transaction;

interface ConnectOptions {
  /** Connections at most. */
  max?: number;
  applicationName?: string;
}

/**
 * Connections to the database of a libpq URL, made when first needed. Throws a usage error for an unsound URL;
 * everything the driver throws later is for `translate` in errors.ts.
 */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  const target = parseUrl(url);
  const socket = target.host.startsWith("/");
  const sql = postgres({
    host: target.host,
    port: target.port,
    ...(socket ? { path: `${target.host}/.s.PGSQL.${target.port}` } : {}),
    user: target.user,
    database: target.database,
    password: target.password ?? passwordFromFile(target) ?? "",
    ssl: tlsFor(target),
    connect_timeout: target.connectTimeout,
    // The driver would end a connection after half an hour or more, and with it the lock that its session holds.
    max_lifetime: null,
    max: options.max ?? 1,
    types: driverTypes,
    // One round trip less for each connection; driverTypes knows the arrays we use.
    fetch_types: false,
    onnotice: () => {},
    // Only parameters that connection poolers let pass, too.
    connection: {
      application_name: options.applicationName ?? target.applicationName ?? "streamflow-console",
      client_encoding: "UTF8",
      DateStyle: "ISO",
      TimeZone: "UTC",
      ...(target.options ? { options: target.options } : {}),
    },
  });
  requirePatched(sql);
  return sql;
}

/** Throws for a driver without what patches/ mends, which has a dot split a name: npm and pnpm install it so. */
function requirePatched(sql: Sql): void {
  const name: object = sql("a.b");
  if ("value" in name && name.value === '"a.b"') return;
  throw new ConsoleError("internal", "The library `postgres` is installed without the console's patch.", {
    hint: "Run `bun install` in the console's folder: npm and pnpm leave the patch out.",
  });
}

/**
 * For this transaction, values are written as they are, whatever a role or a database has set, and no query is compiled;
 * said again, because a pooler may give every transaction another session.
 */
export async function writeExactly(tx: Queryable): Promise<void> {
  // No query, so that a transaction may still take over another's snapshot.
  await tx`
    set local extra_float_digits = 1; set local intervalstyle = postgres; set local bytea_output = hex;
    set local datestyle = iso; set local timezone = utc; set local jit = off`.simple();
}

/**
 * Room to join and sort a million rows in memory, for this transaction, where the server gives less: what does not find
 * room goes by way of files, which takes half as long again. It is taken only as far as it is needed.
 */
export async function giveRoom(tx: Queryable): Promise<void> {
  await tx`
    select set_config(name, wanted, true)
      from (values ('work_mem', '32MB'), ('maintenance_work_mem', '128MB')) room(name, wanted)
     where pg_size_bytes(current_setting(name)) < pg_size_bytes(wanted)`;
}

/**
 * The commit of this transaction waits neither for the disk nor for a standby. For what counts only once another
 * transaction commits after it: that one waits for all that was written to the log before it, be it by others.
 */
export async function leaveDurabilityToOthers(tx: Queryable): Promise<void> {
  await tx`set local synchronous_commit = off`.simple();
}

/** PostgreSQL's oldest major version that the console's statements run on. */
const oldestMajor = 15;

/**
 * Like `connect`, but the connection is made at once: throws a ConsoleError that names the place when it cannot be
 * reached, and when the server is too old.
 */
export async function openDatabase(url: string, options: ConnectOptions = {}): Promise<Sql> {
  const target = parseUrl(url);
  const sql = connect(url, options);
  try {
    // Compiling queries as short as ours takes longer than running them; no start-up parameters, as poolers refuse them.
    await sql`set jit = off; set extra_float_digits = 1; set intervalstyle = postgres; set bytea_output = hex`.simple();
    const version = versionOf(sql);
    if (Number.parseInt(version, 10) >= oldestMajor) return sql;
    throw new ConsoleError("database_version", `The server is PostgreSQL ${version}; the console needs 15 or newer.`, {
      hint: "Upgrade it, or leave DATABASE_URL unset to use the embedded server.",
    });
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error instanceof ConsoleError ? error : unreachable(error, target);
  }
}

/** The server's version, such as `18.4`, once a connection was made. */
export function versionOf(sql: Sql): string {
  // Told by the server at its beginning, such as "18.4 (Debian 18.4-1)".
  return String(sql.parameters.server_version).split(" ")[0] ?? "";
}
