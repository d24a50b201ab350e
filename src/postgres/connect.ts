import postgres from "postgres";
import { driverTypes } from "./driver-types.ts";
import { passwordFromFile } from "./passfile.ts";
import { tlsFor } from "./tls.ts";
import { parseUrl } from "./url.ts";

/** A connection pool, or one connection inside a transaction. Dates and numerics stay text, counts are numbers. */
export type Sql = postgres.Sql<{ bigint: number }>;
export type Transaction = postgres.TransactionSql<{ bigint: number }>;
/** Where a statement can run. */
export type Queryable = Sql | Transaction;

export interface ConnectOptions {
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
  return postgres({
    host: target.host,
    port: target.port,
    ...(socket ? { path: `${target.host}/.s.PGSQL.${target.port}` } : {}),
    user: target.user,
    database: target.database,
    password: target.password ?? passwordFromFile(target) ?? "",
    ssl: tlsFor(target),
    connect_timeout: target.connectTimeout,
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
}
