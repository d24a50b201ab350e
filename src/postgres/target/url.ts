import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { ConsoleError, usageError } from "../../core/errors.ts";
import { userName } from "./accounts.ts";
import { isParameter, type Parameter, parameters, ruleOf } from "./parameters.ts";
import { parametersOf } from "./service-file.ts";

type Environment = Record<string, string | undefined>;

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const negotiations = ["postgres", "direct"] as const;
const tlsVersions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
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

const shape = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/**
 * Read a libpq URL (its manual, section "Connection URIs"). One that is unsound, or asks for what cannot be done, is a usage
 * error without the password.
 */
export function parseUrl(url: string, env: Environment = process.env): Target {
  const read = readerOf(givenBy(url), env);
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

/** What the URL itself says, decoded. */
function givenBy(url: string): Map<Parameter, string> {
  const [, login = "", place = "", path = "", query = ""] = shape.exec(url.trim()) ?? refuse("it has not that form");
  // Else the rest of the password would be taken for the database's name, and sent to whom its beginning names.
  const rest = `${path}&${query}`.replace(/&(?:user|password)=[^&]*/g, "");
  if (login === "" && place.includes(":") && rest.includes("@"))
    refuse("a / or ? in its password is written as %2F or %3F");
  const given = new Map<Parameter, string>();
  const set = (name: Parameter, value: string | undefined) => value && given.set(name, decode(value));
  const colon = login.indexOf(":");
  set("user", colon < 0 ? login : login.slice(0, colon));
  set("password", colon < 0 ? "" : login.slice(colon + 1));
  const [, host = "", port = ""] =
    /^(\[[^\]@]*\]|[^:@]*)(?::(\d*))?$/.exec(place) ?? refuse("host and port are unclear");
  set("host", host.replace(/^\[|\]$/g, ""));
  set("port", port);
  set("dbname", path);
  for (const [name, value] of queryParameters(query)) set(name, value);
  return given;
}

function* queryParameters(query: string): Generator<[Parameter, string]> {
  for (const pair of query.split("&").filter(Boolean)) {
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    // JDBC's spelling, and that of older releases, both of which libpq takes as well.
    if (name === "ssl" && value === "true") yield ["sslmode", "require"];
    else if (name === "requiressl") yield ["sslmode", value.startsWith("1") ? "require" : "prefer"];
    else if (isParameter(name)) yield [name, value];
    // A ? in a password that should have been encoded puts the rest of it here.
    else if (!/^\w+$/.test(name)) refuse("it has a parameter without a name");
    else refuse(`the parameter "${name}" is unknown`);
  }
}

/**
 * Reads a parameter of the URL, else of the service that it or the environment names, else of the environment. Whatever asks
 * for more than can be done is refused by name.
 */
function readerOf(given: ReadonlyMap<Parameter, string>, env: Environment) {
  const service = given.get("service") ?? (env.PGSERVICE || null);
  const served = service === null ? new Map<Parameter, string>() : parametersOf(service, env);
  const read = (name: Parameter) => given.get(name) ?? served.get(name) ?? (env[ruleOf(name).variable ?? ""] || null);
  for (const name of Object.keys(parameters).filter(isParameter)) {
    const rule = ruleOf(name);
    const value = read(name);
    if (rule.kind !== "limited" || value === null || rule.allowed.includes(value)) continue;
    const asker = given.has(name)
      ? "The database URL"
      : served.has(name)
        ? "The service"
        : `The variable ${rule.variable}`;
    // A value that could not be any right one may be a secret.
    const asked = rule.allowed.length === 0 ? name : `${name}=${value}`;
    throw usageError(`${asker} asks for ${asked}, which the console cannot do.`, rule.instead);
  }
  return read;
}

/** The variable that there was before PGSSLMODE, which libpq still honours. */
function modeBefore(env: Environment): string | null {
  return env.PGREQUIRESSL?.startsWith("1") ? "require" : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("a % in it is not followed by two hexadecimal digits; write %25 for % itself");
  }
}

function toPort(text: string | null): number {
  const port = Number(text ?? "5432");
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : refuse(`"${text}" is not a port`);
}

function oneOf<Word extends string>(name: Parameter, words: readonly Word[], text: string): Word {
  return words.find((word) => word === text) ?? refuse(`"${text}" is no ${name}; there are ${words.join(", ")}`);
}

/** Whoever trusts the authorities that the system does has to hold the name against the certificate: anybody has one of those. */
function toSslMode(text: string | null, root: string | null): Target["sslmode"] {
  const mode = oneOf("sslmode", sslModes, text ?? (root === "system" ? "verify-full" : "prefer"));
  if (root !== "system" || mode === "verify-full") return mode;
  return refuse(`sslmode=${mode} is too weak for sslrootcert=system; use sslmode=verify-full`);
}

/** TLS from the first byte leaves nothing to agree on. */
function toNegotiation(text: string | null, mode: Target["sslmode"]): Target["sslnegotiation"] {
  const negotiation = oneOf("sslnegotiation", negotiations, text ?? "postgres");
  const isOptional = mode === "disable" || mode === "allow" || mode === "prefer";
  if (negotiation === "postgres" || !isOptional) return negotiation;
  return refuse(`sslmode=${mode} is too weak for sslnegotiation=direct; use require, verify-ca or verify-full`);
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
  if (!Number.isInteger(seconds)) refuse(`"${text}" is not a number of seconds`);
  return seconds > 0 ? Math.max(seconds, 2) : defaultConnectSeconds;
}

function oneHost(host: string): string {
  return host.includes(",") ? refuse("it names several hosts; name the primary alone") : host;
}

function toAddress(address: string | null): string | null {
  return address === null || isIP(address) ? address : refuse(`hostaddr is "${address}", which is no IP address`);
}

/** Without a host, libpq takes the local socket of the system's PostgreSQL. */
function localHost(port: number): string {
  const directories = ["/var/run/postgresql", "/tmp"];
  return directories.find((directory) => existsSync(`${directory}/.s.PGSQL.${port}`)) ?? "localhost";
}

function refuse(reason: string): never {
  throw new ConsoleError("usage", `The database URL cannot be read: ${reason}.`, {
    hint: "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters in it percent-encoded.",
  });
}
