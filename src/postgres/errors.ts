import postgres from "postgres";
import { ConsoleError, type FailureCode, toConsoleError } from "../core/errors.ts";
import { unreachable } from "./unreachable.ts";

interface Remedy {
  code: FailureCode;
  hint: string;
}

const again = "Nothing was published. Run the command again.";
const room = "Nothing was published. Make room on the server, then run the command again.";

export const readingOnly =
  "If that server is a standby, connect to its primary. Else default_transaction_read_only is on for the role, the database or " +
  "the server: `alter role … reset default_transaction_read_only`, and the like, lets it write.";

/** What an operator can do about a server's error, by SQLSTATE or, behind that, by its class (PostgreSQL manual, appendix A). */
const remedies: Record<string, Remedy> = {
  "08": { code: "database_lost", hint: again },
  "57P": { code: "database_lost", hint: again },
  "53": { code: "database_error", hint: room },
  "53100": { code: "database_error", hint: `The server's disk is full. ${room}` },
  "42501": {
    code: "privilege_missing",
    hint: "Have the owner grant that right to the role the console connects as, or connect as the owner.",
  },
  "25006": { code: "privilege_missing", hint: readingOnly },
  "42P01": {
    code: "schema_mismatch",
    hint: "A table was changed by other hands meanwhile: run it again, and `doctor` says what to do should it not help.",
  },
  "42703": {
    code: "schema_mismatch",
    hint: "A table was changed by other hands meanwhile: run it again, and `doctor` says what to do should it not help.",
  },
  "3F000": {
    code: "schema_mismatch",
    hint: "A schema was dropped by other hands meanwhile: run it again, for the console makes its own anew.",
  },
  "40": { code: "database_error", hint: `Another session was in the way. ${again}` },
  "55P03": { code: "database_error", hint: `Another session holds a lock on it. ${again}` },
  "57014": {
    code: "database_error",
    hint: "Nothing was published. If statement_timeout ended it, raise that for the console's role and run it again.",
  },
  XX00: {
    code: "database_error",
    hint: "The server's files may be damaged: `doctor --check-data` reads all of them, and says what is lost and how to get the rest out.",
  },
};

const general: Remedy = { code: "database_error", hint: "Nothing was published. The server's log may tell more." };

/** Whatever a database call threw, in the operator's words: what failed, on which table, and what to do. */
export function translate(error: unknown): ConsoleError {
  if (error instanceof ConsoleError) return error;
  if (error instanceof postgres.PostgresError) return isLogin(error) ? unreachable(error, null) : refused(error);
  const code = codeOf(error);
  if (isLost(code)) {
    return new ConsoleError("database_lost", "The connection to the database was lost.", { hint: again, cause: error });
  }
  return isConnecting(error, code) ? unreachable(error, null) : toConsoleError(error);
}

/** A server's error keeps its SQLSTATE, table, constraint and detail; the statement and its values are left out. */
function refused(error: postgres.PostgresError): ConsoleError {
  const { code, hint } = remedies[error.code] ?? byClass(error.code) ?? general;
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

function byClass(sqlstate: string): Remedy | undefined {
  return remedies[sqlstate.slice(0, 4)] ?? remedies[sqlstate.slice(0, 3)] ?? remedies[sqlstate.slice(0, 2)];
}

/** Login refused, no such database, no connection left. */
function isLogin({ code }: postgres.PostgresError): boolean {
  return code.startsWith("28") || ["3D000", "53300", "57P03"].includes(code);
}

function isLost(code: string): boolean {
  return ["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "ECONNRESET", "EPIPE"].includes(code);
}

function isConnecting(error: unknown, code: string): boolean {
  const call = error instanceof Error && "syscall" in error ? error.syscall : "";
  return call === "connect" || call === "getaddrinfo" || code === "CONNECT_TIMEOUT";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
