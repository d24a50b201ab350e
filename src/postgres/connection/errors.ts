import postgres from "postgres";
import { ConsoleError, codeOf, messageOf, toConsoleError } from "../../core/errors.ts";
import { type Names, namesIn, namesOfSession, withNames } from "../remedies/names.ts";
import { remedyOf } from "../remedies/remedies.ts";
import { again } from "../remedies/remedy.ts";
import { brokenRuleOf, detailFrom, factsOf, functionOf, hintFrom, messageFrom } from "../remedies/server-words.ts";
import type { Protection } from "../target/protection.ts";
import { isBySocket, type Target } from "../target/url.ts";
import { hintForKeptOut } from "./kept-out.ts";

const address = "Check host and port in the database URL.";
const firewall = `Check network and firewall between here and there. ${address}`;

/** Why a connection was not made, by the code of the system or the driver. */
export const causes: Record<string, readonly [reason: string, hint: string]> = {
  ECONNREFUSED: ["nothing listens there", `Start PostgreSQL there. ${address}`],
  ENOENT: ["there is no such socket", "Start PostgreSQL there, or correct the directory in ?host=."],
  EACCES: ["its socket may not be opened", "Run the console as a user who may enter that directory."],
  ENOTFOUND: ["that host name is unknown", address],
  EAI_AGAIN: ["the name service does not answer", "Check this machine's network."],
  CONNECT_TIMEOUT: ["it does not answer", firewall],
  ETIMEDOUT: ["it does not answer", firewall],
  EHOSTUNREACH: ["no network leads there", "Check this machine's network."],
  ENETUNREACH: ["no network leads there", "Check this machine's network."],
  CONNECTION_CLOSED: ["it hangs up at once", `Is it PostgreSQL that listens there? Then its log says why. ${address}`],
  ECONNRESET: ["it breaks off", "It may be restarting: try again in a moment; its log says why."],
  NOT_POSTGRES: ["it does not answer as PostgreSQL does", address],
  UNKNOWN_LOGIN: [
    "it asks for a login that the console does not know, such as Kerberos",
    "Have its pg_hba.conf ask this user for a password (scram-sha-256) or a certificate (cert).",
  ],
  TLS_NOT_OFFERED: [
    "it offers no TLS",
    "Set ssl = on there, or, where nobody else is on the way, use sslmode=disable.",
  ],
  EPROTO: [
    "TLS with it fails",
    "Its log says why: a certificate of yours (sslcert) that it does not believe, or versions of TLS that differ.",
  ],
  CERT_UNKNOWN: [
    "its certificate does not convince",
    "Give its authority's certificate as sslrootcert=FILE in the URL.",
  ],
  CERT_HAS_EXPIRED: ["its certificate does not convince", "Have the server's certificate renewed."],
  CERT_REVOKED: [
    "its certificate does not convince",
    "Have the server given another certificate: somebody else may have its key.",
  ],
  CERT_OF_ANOTHER: [
    "its certificate is another host's",
    "Write the host as the certificate does, with hostaddr=ADDRESS where that name leads elsewhere.",
  ],
  CHANNEL_NOT_BOUND: [
    "the login is not bound to the channel, as channel_binding=require asks",
    "It takes TLS and a role with a scram-sha-256 password. Else somebody may stand between: see what answers there.",
  ],
  OTHER_SESSION: [
    "it is not what target_session_attrs asks for",
    "Name a server that is, or leave target_session_attrs out.",
  ],
};

/** Codes whose own words say more. The system's and the driver's only repeat the address. */
const telling = /^EPROTO$|^(?:CERT|TLS|NOT|OTHER|CHANNEL)_/;

/** What nobody foresaw says nothing of host and port. */
const tryWithPsql =
  "`psql` with the same URL goes the same way, and tells whether it is the console or what lies between.";

/**
 * A failure to connect, naming where to and what can be done. Without a target, what the error itself knows of it; with what
 * protected the connection, where it had come so far.
 */
export function unreachable(error: unknown, target: Target | null, protection: Protection | null = null): ConsoleError {
  if (error instanceof postgres.PostgresError) return refused(error, target, protection);
  const code = codeOf(error);
  const known = causes[code];
  const [reason, hint] = known ?? ["it cannot be reached", tryWithPsql];
  const words = known === undefined || telling.test(code) ? ` (${messageOf(error)})` : "";
  return new ConsoleError("database_unreachable", `Cannot connect to ${placeOf(error, target)}: ${reason}${words}.`, {
    hint,
    cause: error,
  });
}

function placeOf(error: unknown, target: Target | null): string {
  if (target) {
    const { host, port, database, user } = target;
    const place = isBySocket(target) ? `the socket ${host}/.s.PGSQL.${port}` : `${host}:${port}`;
    return `database "${database}" on ${place} as "${user}"`;
  }
  if (!(error instanceof Error && "address" in error && error.address)) return "the database";
  return "port" in error && error.port ? `${error.address}:${error.port}` : String(error.address);
}

/** Whatever a database call threw, in the operator's words: what failed, on which table, and what to do. */
export function translate(error: unknown): ConsoleError {
  if (error instanceof ConsoleError) return error;
  if (error instanceof postgres.PostgresError) return refused(error, null, null);
  const code = codeOf(error);
  if (lost.has(code)) {
    return new ConsoleError("database_lost", "The connection to the database was lost.", {
      hint: lostHint,
      cause: error,
    });
  }
  const call = error instanceof Error && "syscall" in error ? error.syscall : "";
  const isConnecting = call === "connect" || call === "getaddrinfo" || code === "CONNECT_TIMEOUT";
  return isConnecting ? unreachable(error, null) : toConsoleError(error);
}

/** What an error of a server names. */
export function namesFrom(error: unknown): Names {
  return error instanceof postgres.PostgresError ? namesIn(error) : {};
}

/** The function of the database that an error of a server was in, without its schema; null where it was in none. */
export function functionFrom(error: unknown): string | null {
  return error instanceof postgres.PostgresError ? (functionOf(error)?.split(".").at(-1) ?? null) : null;
}

/** The rule of a table that a row broke, in words without its values; null for an error of another kind. */
export function ruleFrom(error: unknown): { words: string } | null {
  if (!(error instanceof postgres.PostgresError)) return null;
  const { code } = error;
  if (code === "54000") return { words: messageFrom(error) ?? remedyOf(error).cause };
  const { table, rule, column } = brokenRuleOf(error);
  if (!code.startsWith("23") || !(table || rule)) return null;
  const owner = table ? ` of ${table}` : "";
  if (rule) return { words: `a row breaks ${rule}${owner}` };
  return {
    words: column ? `a row${owner} has nothing in ${column}, which wants a value` : `a row breaks a rule${owner}`,
  };
}

/** True where it is the connection that is gone, whatever became of the statement. */
export function isLost(error: unknown): boolean {
  const { code } = translate(error);
  return code === "database_lost" || code === "database_unreachable";
}

/** What is met where a server was that is being started again, or the way to it is not there for a moment. */
const comingBack = new Set([
  ...["ECONNREFUSED", "ENOENT", "ECONNRESET", "EPIPE", "CONNECTION_CLOSED", "CONNECT_TIMEOUT", "ETIMEDOUT"],
  ...["EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "NODE_AWAY"],
]);

/**
 * True where the same may go well a moment later, with nothing done about it. Of a server that was never reached, only its
 * own word tells that.
 */
export function passesByItself({ code, cause }: ConsoleError, wasReached: boolean): boolean {
  if (code === "outcome_unknown") return false;
  if (cause instanceof postgres.PostgresError) return remedyOf(cause).passes === true;
  return code === "database_lost" || (code === "database_unreachable" && wasReached && comingBack.has(codeOf(cause)));
}

/** A server's error in words that hold no value; with where to, where it was met while connecting there. */
function refused(error: postgres.PostgresError, target: Target | null, protection: Protection | null): ConsoleError {
  const { code, cause, hint: usual } = remedyOf(error);
  const names = { ...namesIn(error), ...(target !== null && namesOfSession(target)) };
  const hint = hintForKeptOut(error, protection) ?? withNames(usual, names);
  const message = messageFrom(error);
  const isConnecting = target !== null || code === "database_unreachable";
  const facts = factsOf(error).join(", ");
  const title = isConnecting
    ? `Cannot connect to ${placeOf(error, target)}: ${cause} (${message ?? facts}).`
    : isOfPooler(error)
      ? `The connection to the database was lost: ${cause} (${message ?? facts}).`
      : `PostgreSQL: ${message ?? cause} (${facts}).`;
  const detail = detailFrom(error);
  const says = hintFrom(error);
  return new ConsoleError(code, detail === null ? title : `${title} ${detail}`, {
    hint: says === null ? hint : `${says.replace(/[^.!?]$/, "$&.")} ${hint}`,
    cause: error,
  });
}

/** SQLSTATE protocol_violation: what stands between has no other for what it has to say of a session. */
function isOfPooler({ code }: postgres.PostgresError): boolean {
  return code === "08P01";
}

/** A server that ends or crashes says nothing that would reach us. */
const lostHint = `${again} Should it happen again, the server's log tells whether it ended, crashed, or lost the console.`;

const lost = new Set(["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "ECONNRESET", "EPIPE"]);
