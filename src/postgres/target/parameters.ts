/**
 * What becomes of a parameter of libpq's (PostgreSQL 18 manual, "Parameter Key Words"). None is dropped in silence that
 * protects anything: `honoured` does what it does in libpq; `limited` is honoured as far as these values go, the rest is
 * refused; `ignored` changes nothing that anybody relies on.
 */
type Treatment =
  | { kind: "honoured" }
  | { kind: "limited"; allowed: readonly string[]; instead: string }
  | { kind: "ignored"; why: string };

/** `variable` stands in for it where a URL leaves it out; null where libpq has none. */
type Rule = Treatment & { variable: string | null };

const honoured = (variable: string | null) => ({ variable, kind: "honoured" }) as const;
const limited = (variable: string | null, allowed: readonly string[], instead: string) =>
  ({ variable, kind: "limited", allowed, instead }) as const;
const ignored = (variable: string | null, why: string) => ({ variable, kind: "ignored", why }) as const;

const noKerberos = "there is no login by Kerberos; a server that asks for it lets nobody in";
const driverAsks = "the driver keeps a connection alive by itself";
const noOauth = "Leave it out and log in by password or by certificate.";
const noKeys = "Leave it out and give the password.";
const proof = "Leave it out, and use sslmode=verify-full with sslrootcert=FILE";

/** Every parameter of libpq's, by its name. The URL's reader, the README and the tests are drawn from it. */
export const parameters = {
  host: honoured("PGHOST"),
  hostaddr: honoured("PGHOSTADDR"),
  port: honoured("PGPORT"),
  dbname: honoured("PGDATABASE"),
  user: honoured("PGUSER"),
  password: honoured("PGPASSWORD"),
  passfile: honoured("PGPASSFILE"),
  service: honoured("PGSERVICE"),
  connect_timeout: honoured("PGCONNECT_TIMEOUT"),
  options: honoured("PGOPTIONS"),
  application_name: honoured("PGAPPNAME"),
  target_session_attrs: honoured("PGTARGETSESSIONATTRS"),
  channel_binding: honoured("PGCHANNELBINDING"),
  sslmode: honoured("PGSSLMODE"),
  sslnegotiation: honoured("PGSSLNEGOTIATION"),
  sslrootcert: honoured("PGSSLROOTCERT"),
  sslcrl: honoured("PGSSLCRL"),
  sslcert: honoured("PGSSLCERT"),
  sslkey: honoured("PGSSLKEY"),
  sslpassword: honoured(null),
  sslsni: honoured("PGSSLSNI"),
  ssl_min_protocol_version: honoured("PGSSLMINPROTOCOLVERSION"),
  ssl_max_protocol_version: honoured("PGSSLMAXPROTOCOLVERSION"),
  sslcertmode: limited("PGSSLCERTMODE", ["disable", "allow"], "Use sslcertmode=allow, and let the server ask for one."),
  sslcrldir: limited("PGSSLCRLDIR", [], "Put the folder's lists together in one file, and name it as sslcrl=FILE."),
  gssencmode: limited("PGGSSENCMODE", ["disable", "prefer"], `${proof}, which encrypts, too.`),
  require_auth: limited("PGREQUIREAUTH", [], `${proof}: the password is then told to that server only.`),
  requirepeer: limited(
    "PGREQUIREPEER",
    [],
    "Leave it out, and use a socket in a folder that only that user may write to.",
  ),
  replication: limited(null, ["false", "off", "no", "0"], "Leave it out: the console works by SQL."),
  min_protocol_version: limited("PGMINPROTOCOLVERSION", ["3.0"], "Leave it out: the console speaks version 3.0."),
  scram_client_key: limited(null, [], noKeys),
  scram_server_key: limited(null, [], noKeys),
  oauth_issuer: limited(null, [], noOauth),
  oauth_client_id: limited(null, [], noOauth),
  oauth_client_secret: limited(null, [], noOauth),
  oauth_scope: limited(null, [], noOauth),
  max_protocol_version: ignored("PGMAXPROTOCOLVERSION", "the console speaks 3.0, the oldest there is"),
  load_balance_hosts: ignored("PGLOADBALANCEHOSTS", "there is one host"),
  client_encoding: ignored("PGCLIENTENCODING", "the console writes and reads UTF-8"),
  fallback_application_name: ignored(null, "the console has a name"),
  keepalives: ignored(null, driverAsks),
  keepalives_idle: ignored(null, driverAsks),
  keepalives_interval: ignored(null, driverAsks),
  keepalives_count: ignored(null, driverAsks),
  tcp_user_timeout: ignored(null, driverAsks),
  sslcompression: ignored("PGSSLCOMPRESSION", "nothing is compressed"),
  sslkeylogfile: ignored(null, "no key is written anywhere"),
  krbsrvname: ignored("PGKRBSRVNAME", noKerberos),
  gsslib: ignored("PGGSSLIB", noKerberos),
  gssdelegation: ignored("PGGSSDELEGATION", noKerberos),
} as const satisfies Record<string, Rule>;

export type Parameter = keyof typeof parameters;

export function isParameter(name: string): name is Parameter {
  return Object.hasOwn(parameters, name);
}

/** Its rule, as one of a kind that all have. */
export function ruleOf(name: Parameter): Rule {
  return parameters[name];
}
