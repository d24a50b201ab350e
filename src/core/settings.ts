import type { type } from "./checks.ts";
import { type ConsoleError, usageError } from "./errors.ts";
import { holdsPassword, isDatabaseUrl } from "./secrets/shapes.ts";

/** Whether drops lie in a bucket of an object store: `s3://bucket/prefix`. */
export function isInBucket(path: string): boolean {
  return path.startsWith("s3://");
}

/** Where the months and the embedded server are unless told otherwise. */
const defaultData = "data/seeds";
export const defaultHome = ".streamflow";

export const settingsDefinition = {
  data: "string > 0",
  home: "string > 0",
  /** A libpq URL; null for the embedded server. */
  database: "string > 0 | null",
  /** Folder of the manifest, the SQL and the suites; without it the usual one. */
  "dataset?": "string > 0",
} as const;

/** Where things are. Paths are as given, relative ones from the working directory. */
export type Settings = type.infer<typeof settingsDefinition>;

export interface SettingFlags {
  data?: string | undefined;
  home?: string | undefined;
  /** A libpq URL, or `embedded`. */
  database?: string | undefined;
  dataset?: string | undefined;
}

/** In place of a URL: the embedded server, whatever the environment says. */
export const embedded = "embedded";

export type Environment = Record<string, string | undefined>;

/** Flags win over the environment, the environment over the defaults; empty variables count as unset. */
export function resolveSettings(flags: SettingFlags, env: Environment): Settings {
  refuseUrls([...Object.keys(folderVariables), datasetVariable], env);
  const dataset = flags.dataset ?? env[datasetVariable];
  return {
    data: flags.data ?? (env.STREAMFLOW_DATA || defaultData),
    home: flags.home ?? (env.STREAMFLOW_HOME || defaultHome),
    database: databaseOf(flags, env),
    ...(dataset && { dataset }),
  };
}

function databaseOf(flags: SettingFlags, env: Environment): string | null {
  const named = flags.database ?? (env.DATABASE_URL || seedUrl(env));
  return named === embedded ? null : named;
}

/** Throws for a database's URL in a variable that is for something else: a folder, or a part of what a URL holds. */
function refuseUrls(names: readonly string[], env: Environment): void {
  const misplaced = names.find((name) => isDatabaseUrl(env[name] ?? "") || holdsPassword(env[name] ?? ""));
  if (misplaced === undefined) return;
  if (isInBucket(env[misplaced] ?? "")) throw usageError(`${misplaced} holds the keys of a bucket.`, whereKeysBelong);
  throw usageError(`${misplaced} holds a database URL.`, `Set DATABASE_URL to it, and ${misplaced} to what it is for.`);
}

export const whereKeysBelong =
  "Write s3://BUCKET/PREFIX, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the keys.";

/** The seed's variables: those that name a database, and those that it may do without. */
const needed = ["POSTGRES_HOST", "POSTGRES_USER"];
const optional = ["POSTGRES_PASSWORD", "POSTGRES_DB", "POSTGRES_PORT"];

/** Those that say which database is meant, and are of use together alone. */
export const databaseVariables: readonly string[] = ["DATABASE_URL", ...needed, ...optional];

/** Those that say where a folder is, with the usual one where there is nothing else. */
export const folderVariables = { STREAMFLOW_DATA: defaultData, STREAMFLOW_HOME: defaultHome } as const;

/** The same for the dataset: of the usual folder that of the working directory goes before the console's own. */
export const datasetVariable = "STREAMFLOW_DATASET";
export const usualDataset = "db";
export const manifestName = "dataset.json";

/**
 * The URL that the seed's POSTGRES_* variables amount to; null when none of them is set. Some that make no whole are a
 * usage error: to take the embedded server then would publish where nobody looks.
 */
function seedUrl(env: Environment): string | null {
  const set = [...needed, ...optional].filter((name) => env[name]);
  if (set.length === 0) return null;
  refuseUrls(["POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PORT"], env);
  const missing = needed.filter((name) => !env[name]);
  if (missing.length > 0) throw halfSet(set, missing);
  const { POSTGRES_HOST: host = "", POSTGRES_USER: user = "", POSTGRES_PASSWORD: password, POSTGRES_DB } = env;
  const port = env.POSTGRES_PORT || "5432";
  if (!/^\d{1,5}$/.test(port)) {
    throw usageError(`POSTGRES_PORT is not a port: "${port}".`, "Set it to a number such as 5432.");
  }
  const login = encodeURIComponent(user) + (password ? `:${encodeURIComponent(password)}` : "");
  const database = encodeURIComponent(POSTGRES_DB || user);
  return host.startsWith("/")
    ? `postgresql://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${login}@${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
}

function halfSet(set: readonly string[], missing: readonly string[]): ConsoleError {
  const [all, none] = [set, missing].map((names) => `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`);
  const hint =
    `Set ${missing.join(" and ")} too, or use the embedded server: unset ${set.join(", ")}, or say --database ` +
    `${embedded} or DATABASE_URL=${embedded}. Variables also come from the .env of the folder you are in.`;
  return usageError(`The database is half named: ${all} set, ${none} not.`, hint);
}

const plainWord = /^[\w./:=@%+,-]+$/;

/** A word as a POSIX shell takes it. */
export function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The options that a headless command needs to mean the same folders and database in this environment. */
export function settingFlags(settings: Settings, env: Environment): string {
  const usual = settingsOf(env);
  const words: string[] = [];
  if (settings.data !== usual?.data) words.push("--data", shellWord(settings.data));
  if (settings.home !== usual?.home) words.push("--home", shellWord(settings.home));
  if (settings.dataset !== undefined && settings.dataset !== usual?.dataset)
    words.push("--dataset", shellWord(settings.dataset));
  // A URL may hold a password, which is never written out: whoever gave it by the option has to repeat it.
  if (settings.database !== usual?.database) words.push("--database", settings.database === null ? embedded : "URL");
  return words.length === 0 ? "" : ` ${words.join(" ")}`;
}

/** What is meant when no option says anything; null when the environment names a database by half. */
function settingsOf(env: Environment): Settings | null {
  try {
    return resolveSettings({}, env);
  } catch {
    return null;
  }
}
