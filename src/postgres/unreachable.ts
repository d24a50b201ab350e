import { ConsoleError } from "../core/errors.ts";
import type { Target } from "./url.ts";

interface Cause {
  reason: string;
  hint: string;
}

const address = "Check host and port in the database URL.";

/** Why a connection was not made, by the code of the system, the driver, or the server. */
const causes: Record<string, Cause> = {
  ECONNREFUSED: { reason: "nothing listens there", hint: `Start PostgreSQL there. ${address}` },
  ENOENT: { reason: "there is no such socket", hint: "Start PostgreSQL there, or correct the directory in ?host=." },
  EACCES: { reason: "its socket may not be opened", hint: "Run the console as a user who may enter that directory." },
  ENOTFOUND: { reason: "that host name is unknown", hint: address },
  EAI_AGAIN: { reason: "the name service does not answer", hint: "Check this machine's network." },
  CONNECT_TIMEOUT: {
    reason: "it does not answer",
    hint: `Check network and firewall between here and there. ${address}`,
  },
  ETIMEDOUT: { reason: "it does not answer", hint: `Check network and firewall between here and there. ${address}` },
  EHOSTUNREACH: { reason: "no network leads there", hint: "Check this machine's network." },
  ENETUNREACH: { reason: "no network leads there", hint: "Check this machine's network." },
  CONNECTION_CLOSED: { reason: "it hangs up at once", hint: `Is it PostgreSQL that listens there? ${address}` },
  ECONNRESET: { reason: "it breaks off", hint: "If that server has no TLS, use sslmode=disable; else see its log." },
  "28P01": {
    reason: "it refuses the password",
    hint: "Correct user and password in the database URL, PGPASSWORD or ~/.pgpass.",
  },
  "28": { reason: "it refuses the login", hint: "Check the user in the database URL, and the server's pg_hba.conf." },
  "3D000": { reason: "it has no such database", hint: "Create it with createdb, or correct its name in the URL." },
  "53300": { reason: "all its connections are taken", hint: "Wait, or raise max_connections on the server." },
  "57P03": { reason: "it is starting up or shutting down", hint: "Try again in a moment." },
};

/** What TLS says of a certificate, in OpenSSL's and Node's codes. */
const certificate = /CERT|ISSUER|LEAF_SIGNATURE|^ERR_TLS|^ERR_SSL/;
const distrust: Cause = {
  reason: "its certificate does not convince",
  hint: "Give the authority's certificate as sslrootcert=FILE in the URL, and a host name that it vouches for.",
};

/** A failure to connect, naming where to and what can be done. Without a target, what the error itself knows of it. */
export function unreachable(error: unknown, target: Target | null): ConsoleError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known = causes[code] ?? causes[code.slice(0, 2)] ?? (certificate.test(code) ? distrust : undefined);
  const message = error instanceof Error ? error.message : String(error);
  const reason = known?.reason ?? "it cannot be reached";
  // Codes of the server's and of TLS say more in their own words; the driver's only repeat the address.
  const words = /^\d|^[0-9A-Z]{5}$/.test(code) || known === distrust || !known ? ` (${message})` : "";
  return new ConsoleError("database_unreachable", `Cannot connect to ${placeOf(error, target)}: ${reason}${words}.`, {
    hint: known?.hint ?? address,
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
