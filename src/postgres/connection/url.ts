import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { userName } from "./accounts.ts";

type Environment = Record<string, string | undefined>;

/** Parameters of a libpq URL that mean something to us, and the variable that stands in for each (libpq-envars). */
const variables = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  dbname: "PGDATABASE",
  passfile: "PGPASSFILE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  connect_timeout: "PGCONNECT_TIMEOUT",
  options: "PGOPTIONS",
  application_name: null,
} as const;

type Parameter = keyof typeof variables;

/** Parameters that libpq knows and the driver has no use for: tuning, or protections it cannot offer. */
const ignored = new Set(
  (
    "channel_binding client_encoding fallback_application_name gssencmode hostaddr keepalives keepalives_count " +
    "keepalives_idle keepalives_interval load_balance_hosts sslcompression sslcrl sslnegotiation sslsni " +
    "target_session_attrs tcp_user_timeout"
  ).split(" "),
);

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

type Text = "password" | "passfile" | "sslrootcert" | "sslcert" | "sslkey" | "applicationName" | "options";

/** Where to connect, and as whom: a libpq URL with its defaults filled in; null where nothing names a text. */
export interface Target extends Record<Text, string | null> {
  /** A name, an address, or the directory of a unix socket. */
  host: string;
  port: number;
  user: string;
  database: string;
  sslmode: (typeof sslModes)[number];
  /** Seconds. */
  connectTimeout: number;
}

const shape = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Read a libpq URL (its manual, section "Connection URIs"). An unsound one is a usage error without the password. */
export function parseUrl(url: string, env: Environment = process.env): Target {
  const [, login = "", place = "", path = "", query = ""] = shape.exec(url.trim()) ?? refuse("it has not that form");
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
  const read = (name: Parameter) => given.get(name) ?? (env[variables[name] ?? ""] || null);
  const portNumber = toPort(read("port"));
  const user = read("user") ?? userName();
  return {
    host: oneHost(read("host") ?? localHost(portNumber)),
    port: portNumber,
    user,
    database: read("dbname") ?? user,
    password: read("password"),
    passfile: read("passfile"),
    sslmode: toSslMode(read("sslmode")),
    sslrootcert: read("sslrootcert"),
    sslcert: read("sslcert"),
    sslkey: read("sslkey"),
    connectTimeout: toSeconds(read("connect_timeout")),
    applicationName: read("application_name"),
    options: read("options"),
  };
}

function* queryParameters(query: string): Generator<[Parameter, string]> {
  for (const pair of query.split("&").filter(Boolean)) {
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    // JDBC's spelling, which libpq takes as well.
    if (name === "ssl" && value === "true") yield ["sslmode", "require"];
    else if (isParameter(name)) yield [name, value];
    // A ? in a password that should have been encoded puts the rest of it here.
    else if (!/^\w+$/.test(name)) refuse("it has a parameter without a name");
    else if (!ignored.has(name)) refuse(`the parameter "${name}" is unknown`);
  }
}

function isParameter(name: string): name is Parameter {
  return Object.hasOwn(variables, name);
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

function toSslMode(text: string | null): Target["sslmode"] {
  const mode = sslModes.find((known) => known === (text ?? "prefer"));
  return mode ?? refuse(`"${text}" is not an sslmode; there are ${sslModes.join(", ")}`);
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

const othersMayRead = 0o077;

/** The password that libpq's password file holds for this target; null without one. */
export function passwordFromFile(target: Target): string | null {
  const path = target.passfile ?? join(homedir(), ".pgpass");
  let text: string;
  try {
    const stats = statSync(path);
    // libpq ignores such a file, too: what others can read is no secret.
    if (!stats.isFile() || (stats.mode & othersMayRead) !== 0) return null;
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  const wanted = [
    target.host.startsWith("/") ? [target.host, "localhost"] : [target.host],
    [String(target.port)],
    [target.database],
    [target.user],
  ];
  for (const line of text.split("\n").filter((line) => !line.startsWith("#"))) {
    const fields = splitFields(line);
    if (wanted.every((values, index) => fields[index] === "*" || values.includes(fields[index] ?? ""))) {
      return fields[wanted.length] ?? null;
    }
  }
  return null;
}

/** Fields end at a colon; a backslash takes the next character as it is. */
function splitFields(line: string): string[] {
  const fields = line.replace(/\r$/, "").match(/(?:\\.|[^:\\])*(?::|$)/g) ?? [];
  return fields.map((field) => field.replace(/:$/, "").replace(/\\(.)/g, "$1"));
}
