import postgres from "postgres";
import { ConsoleError } from "../../core/errors.ts";
import { driverTypes } from "./driver-types.ts";
import { tlsFor } from "./tls.ts";
import { parseUrl, passwordFromFile } from "./url.ts";

/** A connection pool, or one connection inside a transaction. Dates and numerics stay text, counts are numbers. */
export type Sql = postgres.Sql<{ bigint: number }>;
export type Transaction = postgres.TransactionSql<{ bigint: number }>;
/** Where a statement can run. */
export type Queryable = Sql | Transaction;

export interface ConnectOptions {
  /** Connections at most. */
  max?: number;
  applicationName?: string;
  /** Never made anew: what comes after its loss fails, for all that the session held is gone with it. */
  once?: boolean;
}

/**
 * Connections to the database of a libpq URL, made when first needed. Throws a usage error for an unsound URL;
 * everything the driver throws later is for `translate` in errors.ts.
 */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  const target = parseUrl(url);
  const socket = target.host.startsWith("/");
  const sql: Sql = postgres({
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
    onclose: () => void (options.once && sql.end()),
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
