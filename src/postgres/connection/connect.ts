import postgres from "postgres";
import { ConsoleError } from "../../core/errors.ts";
import { keepSecret, redact } from "../../core/secrets/secrets.ts";
import { dial, dialLocally, dialOnce } from "../target/dial.ts";
import { noted } from "../target/own-sessions.ts";
import { passwordFromFile } from "../target/password-file.ts";
import type { Protection } from "../target/protection.ts";
import { tlsFor } from "../target/tls.ts";
import { isBySocket, parseUrl } from "../target/url.ts";
import { driverTypes } from "./driver-types.ts";

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
  const tls = tlsFor(target);
  const password = target.password ?? passwordFromFile(target) ?? "";
  for (const secret of [password, target.sslpassword ?? ""]) {
    keepSecret(secret, target.user, target.database, target.host);
  }
  const dialled = () =>
    isBySocket(target) ? dialLocally(target) : dial(target, tls, (found) => protections.set(sql, found));
  const way = async () => noted(await dialled(), url);
  const sql: Sql = withoutVariables(() =>
    postgres({
      host: target.host,
      port: target.port,
      // The driver's types do not have it.
      ...{ socket: options.once ? dialOnce(way) : way },
      user: target.user,
      database: target.database,
      password,
      // What there is of it is on the socket already.
      ssl: false,
      connect_timeout: target.connectTimeout,
      // The driver would end a connection after half an hour or more, and with it the lock that its session holds.
      max_lifetime: null,
      max: options.max ?? 1,
      types: driverTypes,
      // One round trip less for each connection; driverTypes knows the arrays we use.
      fetch_types: false,
      onnotice: () => {},
      // What was to follow is told that, and waits no more.
      onclose: () => void (options.once && sql.end({ timeout: 0 })),
      // Only parameters that connection poolers let pass, too. Statements are written for strings as the standard has them.
      connection: {
        application_name: options.applicationName ?? redact(target.applicationName ?? "streamflow-console"),
        client_encoding: "UTF8",
        DateStyle: "ISO",
        TimeZone: "UTC",
        standard_conforming_strings: "on",
        ...(target.options ? { options: target.options } : {}),
      },
    }),
  );
  requirePatched(sql);
  return sql;
}

/**
 * Statements one behind the other on one connection, none of which waits for an answer: to make a second one, as the driver
 * does for what is asked at once, takes a server longer than to answer most of them.
 */
export async function onOne<Result>(sql: Sql, work: (one: Queryable) => Promise<Result>): Promise<Result> {
  const one = await sql.reserve();
  try {
    return await work(one);
  } finally {
    one.release();
  }
}

/** What protects each pool's connections, once the first of them was made. */
const protections = new WeakMap<Sql, Protection>();

/** What protects the connections of a pool, for all go the same way; null for those by unix sockets, which need nothing. */
export function protectionOf(sql: Sql): Protection | null {
  return protections.get(sql) ?? null;
}

/** The driver reads libpq's variables by itself, and others of its own making such as PGIDLE_TIMEOUT: here it finds none. */
function withoutVariables<Result>(make: () => Result): Result {
  const hidden = Object.entries(process.env).filter(([name]) => name.startsWith("PG"));
  for (const [name] of hidden) delete process.env[name];
  try {
    return make();
  } finally {
    Object.assign(process.env, Object.fromEntries(hidden));
  }
}

/** Throws for a driver without what patches/ mends, which has a dot split a name: npm and pnpm install it so. */
export function requirePatched(sql: Sql = withoutVariables(() => postgres({ types: driverTypes }))): void {
  const name: object = sql("a.b");
  if ("value" in name && name.value === '"a.b"') return;
  throw new ConsoleError("installation", "The library `postgres` is installed without the console's patch.", {
    hint: "Run `bun install` in the console's folder: npm and pnpm leave the patch out.",
  });
}
