import { ConsoleError, codeOf, metLater } from "../../core/errors.ts";
import { parseUrl, type Target } from "../target/url.ts";
import { type ConnectOptions, connect, protectionOf, type Sql } from "./connect.ts";
import { isPooled, meetServer } from "./pooler.ts";
import { settleSession } from "./settings.ts";

/** PostgreSQL's oldest major version that the console's statements run on. */
const oldestMajor = 15;

/** SQLSTATE of what idle_session_timeout ended. */
const idleForTooLong = "57P05";

/**
 * Like `connect`, but the connection is made at once: throws a ConsoleError that names the place when it cannot be
 * reached, and when the server is too old.
 */
export async function openDatabase(url: string, options: ConnectOptions = {}): Promise<Sql> {
  const target = parseUrl(url);
  const end = performance.now() + target.connectTimeout * 1_000;
  for (;;) {
    const sql = connect(url, options);
    try {
      await settle(sql, target);
      return sql;
    } catch (error) {
      await sql.end({ timeout: 1 });
      // A busy machine may keep us from settling it for as long as that, and nothing is lost with it.
      if (codeOf(error) === idleForTooLong && performance.now() < end) continue;
      if (error instanceof ConsoleError) throw error;
      const { unreachable } = await import("./errors.ts");
      throw unreachable(error, target, protectionOf(sql));
    }
  }
}

/** Throws where the server, or its session, is not one that we can work with. */
async function settle(sql: Sql, target: Target): Promise<void> {
  await inTime(sql, meetServer(sql), target);
  const version = versionOf(sql);
  if (Number.parseInt(version, 10) < oldestMajor) throw tooOld(version);
  await requireSession(sql, target);
  // What a pooler shares out is not ours to set.
  if (!isPooled(sql)) await settleSession(sql);
}

/** Throws where a pooler in between has no connection for these any more, which others of ours hold. */
export async function requireAnother(sql: Sql, url: string): Promise<void> {
  if (isPooled(sql)) await inTime(sql, metLater(meetServer(sql)), parseUrl(url));
}

/** A pooler lets everybody in, and has those wait for whom it has no connection. Of who is not let in the driver tells. */
async function inTime(sql: Sql, meeting: Promise<void>, { connectTimeout }: Target): Promise<void> {
  const late = Promise.withResolvers<never>();
  const hasLetIn = () => sql.parameters.server_version !== undefined;
  const timer = setInterval(() => hasLetIn() && late.reject(noneFree(connectTimeout)), connectTimeout * 1_000);
  try {
    await Promise.race([meeting, late.promise]);
  } finally {
    clearInterval(timer);
  }
}

function noneFree(seconds: number): ConsoleError {
  return new ConsoleError(
    "database_unreachable",
    `The server lets us in, but has answered nothing for ${seconds} seconds: a pooler in between has no connection to give.`,
    {
      hint: "A run takes two, or three where it may, and on a cluster whoever reads takes one more: raise the pool's size, or connect to the server's own port.",
    },
  );
}

function tooOld(version: string): ConsoleError {
  return new ConsoleError("database_version", `The server is PostgreSQL ${version}; the console needs 15 or newer.`, {
    hint: "Upgrade it, or leave DATABASE_URL unset to use the embedded server.",
  });
}

/** Throws for a server that is not what `target_session_attrs` asks for. */
async function requireSession(sql: Sql, { session }: Target): Promise<void> {
  // With one server to choose from, a standby is preferred where it is one.
  if (session === "any" || session === "prefer-standby") return;
  const [found] = await sql<{ standby: boolean; reads: boolean }[]>`
    select pg_is_in_recovery() as standby,
           pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as reads`;
  const is = {
    standby: found?.standby,
    primary: !found?.standby,
    "read-only": found?.reads,
    "read-write": !found?.reads,
  };
  if (is[session]) return;
  const other = Object.entries(is).flatMap(([name, holds]) => (holds ? [name] : []));
  throw Object.assign(new Error(`it is ${other.join(" and ")}, not ${session}`), { code: "OTHER_SESSION" });
}

/** The server's version, such as `18.4`, once a connection was made. */
export function versionOf(sql: Sql): string {
  // Told by the server at its beginning, such as "18.4 (Debian 18.4-1)".
  return String(sql.parameters.server_version).split(" ")[0] ?? "";
}
