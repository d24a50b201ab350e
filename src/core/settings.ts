import { ConsoleError } from "./errors.ts";

/** Where things are. Paths are as given, relative ones from the working directory. */
export interface Settings {
  data: string;
  home: string;
  /** A libpq URL; null for the embedded server. */
  database: string | null;
}

/** True for settings as a front end sends them; by hand, since nothing can be loaded that soon. */
export function areSettings(data: unknown): data is Settings {
  if (typeof data !== "object" || data === null) return false;
  const { data: drops, home, database } = data as Record<keyof Settings, unknown>;
  return isName(drops) && isName(home) && (database === null || isName(database));
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

export interface SettingFlags {
  data?: string | undefined;
  home?: string | undefined;
  database?: string | undefined;
}

type Environment = Record<string, string | undefined>;

/** Flags win over the environment, the environment over the defaults; empty variables count as unset. */
export function resolveSettings(flags: SettingFlags, env: Environment): Settings {
  return {
    data: flags.data ?? (env.STREAMFLOW_DATA || "data/seeds"),
    home: flags.home ?? (env.STREAMFLOW_HOME || ".streamflow"),
    database: flags.database ?? (env.DATABASE_URL || seedUrl(env)),
  };
}

/** The URL that the seed's POSTGRES_* variables amount to; null unless host and user are there. */
function seedUrl(env: Environment): string | null {
  const { POSTGRES_HOST: host, POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB, POSTGRES_PORT } = env;
  if (!host || !user) return null;
  const port = POSTGRES_PORT || "5432";
  if (!/^\d{1,5}$/.test(port)) {
    throw new ConsoleError("usage", `POSTGRES_PORT is not a port: "${port}".`, {
      hint: "Set it to a number such as 5432.",
    });
  }
  const login = encodeURIComponent(user) + (password ? `:${encodeURIComponent(password)}` : "");
  const database = encodeURIComponent(POSTGRES_DB || user);
  return host.startsWith("/")
    ? `postgresql://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${login}@${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
}
