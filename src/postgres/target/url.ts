import { existsSync } from "node:fs";
import { usageError } from "../../core/errors.ts";
import { userName } from "./accounts.ts";
import { type Environment, givenBy, type Reader, readerOf, refuse, Unsound, urlItself } from "./given.ts";
import type { Parameter } from "./parameters.ts";

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const negotiations = ["postgres", "direct"] as const;
/** Oldest first. */
export const tlsVersions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
const bindings = ["disable", "prefer", "require"] as const;
const sessions = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;

type Text =
  | ("hostaddr" | "password" | "passfile" | "applicationName" | "options")
  | ("sslrootcert" | "sslcrl" | "sslcert" | "sslkey" | "sslpassword");

/** Where to connect, and as whom: a libpq URL with its defaults filled in; null where nothing names a text. */
export interface Target extends Record<Text, string | null> {
  /** A name, an address, or the directory of a unix socket. Where `hostaddr` is given, only what the server is to prove. */
  host: string;
  port: number;
  user: string;
  database: string;
  sslmode: (typeof sslModes)[number];
  sslnegotiation: (typeof negotiations)[number];
  /** Whether the host's name goes out in clear, for a proxy to read. */
  sslsni: boolean;
  /** Whether a client's certificate is sent to whoever asks for one. */
  sendsCertificate: boolean;
  /** Whether the login has to prove that nobody stands between. */
  bindsChannel: boolean;
  minTls: (typeof tlsVersions)[number];
  maxTls: (typeof tlsVersions)[number];
  session: (typeof sessions)[number];
  /** Seconds. */
  connectTimeout: number;
}

/**
 * Read a libpq URL (its manual, section "Connection URIs"). One that is unsound, or asks for what cannot be done, is a usage
 * error without the password.
 */
export function parseUrl(url: string, env: Environment = process.env): Target {
  let reader: Reader | null = null;
  try {
    reader = readerOf(givenBy(url), env);
    return targetOf(reader, env);
  } catch (error) {
    if (!(error instanceof Unsound)) throw error;
    const { who, hint } = reader?.askerOf(error.parameter) ?? urlItself;
    throw usageError(`${who} cannot be read: ${error.message}.`, hint);
  }
}

function targetOf({ read }: Reader, env: Environment): Target {
  const port = toPort(read("port"));
  const user = read("user") ?? userName();
  const sslrootcert = read("sslrootcert");
  const sslmode = toSslMode(read("sslmode") ?? modeBefore(env), sslrootcert);
  return {
    host: oneHost(read("host") ?? read("hostaddr") ?? localHost(port)),
    hostaddr: toAddress(read("hostaddr")),
    port,
    user,
    database: read("dbname") ?? user,
    password: read("password"),
    passfile: read("passfile"),
    sslmode,
    sslnegotiation: toNegotiation(read("sslnegotiation"), sslmode),
    sslrootcert,
    sslcrl: read("sslcrl"),
    sslcert: read("sslcert"),
    sslkey: read("sslkey"),
    sslpassword: read("sslpassword"),
    sslsni: read("sslsni") !== "0",
    sendsCertificate: read("sslcertmode") !== "disable",
    bindsChannel: oneOf("channel_binding", bindings, read("channel_binding") ?? "prefer") === "require",
    ...toTlsVersions(read("ssl_min_protocol_version"), read("ssl_max_protocol_version")),
    session: oneOf("target_session_attrs", sessions, read("target_session_attrs") ?? "any"),
    connectTimeout: toSeconds(read("connect_timeout")),
    applicationName: read("application_name"),
    options: read("options"),
  };
}

/** True where the server is reached by a socket of this machine's file system, which is nothing that others could listen to. */
export function isBySocket({ host, hostaddr }: Target): boolean {
  return hostaddr === null && host.startsWith("/");
}

/** The variable that there was before PGSSLMODE, which libpq still honours. */
function modeBefore(env: Environment): string | null {
  return env.PGREQUIRESSL?.startsWith("1") ? "require" : null;
}

function toPort(text: string | null): number {
  const port = Number(text ?? "5432");
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : refuse(`"${text}" is not a port`, "port");
}

function oneOf<Word extends string>(name: Parameter, words: readonly Word[], text: string): Word {
  return words.find((word) => word === text) ?? refuse(`"${text}" is no ${name}; there are ${words.join(", ")}`, name);
}

/** Whoever trusts the authorities that the system does has to hold the name against the certificate: anybody has one of those. */
function toSslMode(text: string | null, root: string | null): Target["sslmode"] {
  const mode = oneOf("sslmode", sslModes, text ?? (root === "system" ? "verify-full" : "prefer"));
  if (root !== "system" || mode === "verify-full") return mode;
  return refuse(`sslmode=${mode} is too weak for sslrootcert=system; use sslmode=verify-full`, "sslmode");
}

/** TLS from the first byte leaves nothing to agree on. */
function toNegotiation(text: string | null, mode: Target["sslmode"]): Target["sslnegotiation"] {
  const negotiation = oneOf("sslnegotiation", negotiations, text ?? "postgres");
  const isOptional = mode === "disable" || mode === "allow" || mode === "prefer";
  if (negotiation === "postgres" || !isOptional) return negotiation;
  return refuse(
    `sslmode=${mode} is too weak for sslnegotiation=direct; use require, verify-ca or verify-full`,
    "sslmode",
  );
}

function toTlsVersions(min: string | null, max: string | null): Pick<Target, "minTls" | "maxTls"> {
  const version = (name: Parameter, text: string) =>
    tlsVersions.find((known) => known.toLowerCase() === text.toLowerCase()) ?? oneOf(name, tlsVersions, text);
  const minTls = version("ssl_min_protocol_version", min ?? "TLSv1.2");
  const maxTls = version("ssl_max_protocol_version", max ?? "TLSv1.3");
  if (minTls <= maxTls) return { minTls, maxTls };
  return refuse(`ssl_min_protocol_version is ${minTls}, above ssl_max_protocol_version, ${maxTls}`);
}

const defaultConnectSeconds = 10;

function toSeconds(text: string | null): number {
  const seconds = Number(text ?? "0");
  if (!Number.isInteger(seconds)) refuse(`"${text}" is not a number of seconds`, "connect_timeout");
  return seconds > 0 ? Math.max(seconds, 2) : defaultConnectSeconds;
}

function oneHost(host: string): string {
  return host.includes(",") ? refuse("it names several hosts; name the primary alone", "host") : host;
}

function toAddress(address: string | null): string | null {
  return address === null || process.getBuiltinModule("node:net").isIP(address)
    ? address
    : refuse(`hostaddr is "${address}", which is no IP address`, "hostaddr");
}

/** Without a host, libpq takes the local socket of the system's PostgreSQL. */
function localHost(port: number): string {
  const directories = ["/var/run/postgresql", "/tmp"];
  return directories.find((directory) => existsSync(`${directory}/.s.PGSQL.${port}`)) ?? "localhost";
}
