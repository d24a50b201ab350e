import { usageError } from "../../core/errors.ts";
import { isParameter, type Parameter, parameters, ruleOf } from "./parameters.ts";
import { parametersOf } from "./service-file.ts";

export type Environment = Record<string, string | undefined>;

const shape = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** What the URL itself says, decoded. */
export function givenBy(url: string): Map<Parameter, string> {
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

/** Who gave a parameter, and how they are corrected. */
interface Asker {
  who: string;
  hint: string;
}

export interface Reader {
  read(name: Parameter): string | null;
  askerOf(name: Parameter | null): Asker;
}

export const urlItself: Asker = {
  who: "The database URL",
  hint: "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters in it percent-encoded.",
};

/**
 * Reads a parameter of the URL, else of the service that it or the environment names, else of the environment. Whatever asks
 * for more than can be done is refused by name.
 */
export function readerOf(given: ReadonlyMap<Parameter, string>, env: Environment): Reader {
  const service = given.get("service") ?? (env.PGSERVICE || null);
  const served = service === null ? new Map<Parameter, string>() : parametersOf(service, env);
  const read = (name: Parameter) => given.get(name) ?? served.get(name) ?? (env[ruleOf(name).variable ?? ""] || null);
  const askerOf = (name: Parameter | null): Asker => {
    if (name === null || given.has(name) || read(name) === null) return urlItself;
    if (served.has(name)) return { who: `The service "${service}"`, hint: "Correct it in the service's file." };
    const { variable } = ruleOf(name);
    return {
      who: `The variable ${variable}`,
      hint: `Correct or unset ${variable}: it stands in for what the URL leaves out.`,
    };
  };
  for (const name of Object.keys(parameters).filter(isParameter)) {
    const rule = ruleOf(name);
    const value = read(name);
    if (rule.kind !== "limited" || value === null || rule.allowed.includes(value)) continue;
    // A value that could not be any right one may be a secret.
    const asked = rule.allowed.length === 0 ? name : `${name}=${value}`;
    throw usageError(`${askerOf(name).who} asks for ${asked}, which the console cannot do.`, rule.instead);
  }
  return { read, askerOf };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("a % in it is not followed by two hexadecimal digits; write %25 for % itself");
  }
}

/** A value that cannot be; of which parameter, where it is one alone. */
export class Unsound extends Error {
  readonly parameter: Parameter | null;

  constructor(reason: string, parameter: Parameter | null) {
    super(reason);
    this.parameter = parameter;
  }
}

export function refuse(reason: string, parameter: Parameter | null = null): never {
  throw new Unsound(reason, parameter);
}
