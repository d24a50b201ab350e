import postgres from "postgres";
import { ConsoleError, codeOf, type FailureCode, messageOf, toConsoleError } from "../../core/errors.ts";
import type { Target } from "./url.ts";

const address = "Check host and port in the database URL.";
const firewall = `Check network and firewall between here and there. ${address}`;

/** Why a connection was not made, by the code of the system, the driver, or the server. */
const causes: Record<string, readonly [reason: string, hint: string]> = {
  ECONNREFUSED: ["nothing listens there", `Start PostgreSQL there. ${address}`],
  ENOENT: ["there is no such socket", "Start PostgreSQL there, or correct the directory in ?host=."],
  EACCES: ["its socket may not be opened", "Run the console as a user who may enter that directory."],
  ENOTFOUND: ["that host name is unknown", address],
  EAI_AGAIN: ["the name service does not answer", "Check this machine's network."],
  CONNECT_TIMEOUT: ["it does not answer", firewall],
  ETIMEDOUT: ["it does not answer", firewall],
  EHOSTUNREACH: ["no network leads there", "Check this machine's network."],
  ENETUNREACH: ["no network leads there", "Check this machine's network."],
  CONNECTION_CLOSED: ["it hangs up at once", `Is it PostgreSQL that listens there? ${address}`],
  ECONNRESET: ["it breaks off", "If that server has no TLS, use sslmode=disable; else see its log."],
  "28P01": ["it refuses the password", "Correct user and password in the database URL, PGPASSWORD or ~/.pgpass."],
  "28": ["it refuses the login", "Check the user in the database URL, and the server's pg_hba.conf."],
  "3D000": ["it has no such database", "Create it with createdb, or correct its name in the URL."],
  "53300": ["all its connections are taken", "Wait, or raise max_connections on the server."],
  "57P03": ["it is starting up or shutting down", "Try again in a moment."],
};

/** What TLS says of a certificate, in OpenSSL's and Node's codes. */
const certificate = /CERT|ISSUER|LEAF_SIGNATURE|^ERR_TLS|^ERR_SSL/;
const distrust = [
  "its certificate does not convince",
  "Give the authority's certificate as sslrootcert=FILE in the URL, and a host name that it vouches for.",
] as const;

/** A failure to connect, naming where to and what can be done. Without a target, what the error itself knows of it. */
export function unreachable(error: unknown, target: Target | null): ConsoleError {
  const code = codeOf(error);
  const known = causes[code] ?? causes[code.slice(0, 2)] ?? (certificate.test(code) ? distrust : undefined);
  const message = messageOf(error);
  const [reason, hint] = known ?? ["it cannot be reached", address];
  // Codes of the server's and of TLS say more in their own words; the driver's only repeat the address.
  const words = /^\d|^[0-9A-Z]{5}$/.test(code) || known === distrust || !known ? ` (${message})` : "";
  return new ConsoleError("database_unreachable", `Cannot connect to ${placeOf(error, target)}: ${reason}${words}.`, {
    hint,
    cause: error,
  });
}

function placeOf(error: unknown, target: Target | null): string {
  if (target) {
    const { host, port, database, user } = target;
    const place = host.startsWith("/") ? `the socket ${host}/.s.PGSQL.${port}` : `${host}:${port}`;
    return `database "${database}" on ${place} as "${user}"`;
  }
  if (!(error instanceof Error && "address" in error && error.address)) return "the database";
  return "port" in error && error.port ? `${error.address}:${error.port}` : String(error.address);
}

const again = "Nothing was published. Run the command again.";
const room = "Nothing was published. Make room on the server, then run the command again.";

export const readingOnly =
  "If that server is a standby, connect to its primary. Else default_transaction_read_only is on for the role, the database or " +
  "the server: `alter role … reset default_transaction_read_only`, and the like, lets it write.";

const tableChanged =
  "A table was changed by other hands meanwhile: run it again, and `doctor` says what to do should it not help.";

/** What an operator can do about a server's error, by SQLSTATE or, behind that, by its class (PostgreSQL manual, appendix A). */
const remedies: Record<string, readonly [code: FailureCode, hint: string]> = {
  "08": ["database_lost", again],
  "57P": ["database_lost", again],
  "53": ["database_error", room],
  "53100": ["database_error", `The server's disk is full. ${room}`],
  "42501": [
    "privilege_missing",
    "Have the owner grant that right to the role the console connects as, or connect as the owner.",
  ],
  "25006": ["privilege_missing", readingOnly],
  "42P01": ["schema_mismatch", tableChanged],
  "42703": ["schema_mismatch", tableChanged],
  "3F000": [
    "schema_mismatch",
    "A schema was dropped by other hands meanwhile: run it again, for the console makes its own anew.",
  ],
  "40": ["database_error", `Another session was in the way. ${again}`],
  "55P03": ["database_error", `Another session holds a lock on it. ${again}`],
  "57014": [
    "database_error",
    "Nothing was published. If statement_timeout ended it, raise that for the console's role and run it again.",
  ],
  XX00: [
    "database_error",
    "The server's files may be damaged: `doctor --check-data` reads all of them, and says what is lost and how to get the rest out.",
  ],
};

/** Whatever a database call threw, in the operator's words: what failed, on which table, and what to do. */
export function translate(error: unknown): ConsoleError {
  if (error instanceof ConsoleError) return error;
  if (error instanceof postgres.PostgresError) return isLogin(error) ? unreachable(error, null) : refused(error);
  const code = codeOf(error);
  if (lost.has(code)) {
    return new ConsoleError("database_lost", "The connection to the database was lost.", { hint: again, cause: error });
  }
  const call = error instanceof Error && "syscall" in error ? error.syscall : "";
  const isConnecting = call === "connect" || call === "getaddrinfo" || code === "CONNECT_TIMEOUT";
  return isConnecting ? unreachable(error, null) : toConsoleError(error);
}

/** True where it is the connection that is gone, whatever became of the statement. */
export function isLost(error: unknown): boolean {
  const { code } = translate(error);
  return code === "database_lost" || code === "database_unreachable";
}

/** A server's error keeps its SQLSTATE, table, constraint and detail; the statement and its values are left out. */
function refused(error: postgres.PostgresError): ConsoleError {
  const known = [5, 4, 3, 2].map((length) => remedies[error.code.slice(0, length)]).find(Boolean);
  const [code, hint] = known ?? ["database_error", "Nothing was published. The server's log may tell more."];
  const table = [error.schema_name, error.table_name].filter(Boolean).join(".");
  const facts = [
    `SQLSTATE ${error.code}`,
    table && `table ${table}`,
    error.column_name && `column ${error.column_name}`,
    error.constraint_name && `constraint ${error.constraint_name}`,
    error.where?.split("\n")[0],
  ];
  const title = `PostgreSQL: ${error.message} (${facts.filter(Boolean).join(", ")})`;
  return new ConsoleError(code, error.detail ? `${title}. ${error.detail}` : title, {
    hint: error.hint ? `${error.hint} ${hint}` : hint,
    cause: error,
  });
}

/** Login refused, no such database, no connection left. */
function isLogin({ code }: postgres.PostgresError): boolean {
  return code.startsWith("28") || ["3D000", "53300", "57P03"].includes(code);
}

const lost = new Set(["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "ECONNRESET", "EPIPE"]);
