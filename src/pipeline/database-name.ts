import { defaultHome, type Settings } from "../core/settings.ts";
import { escapeControl } from "../core/text.ts";
import { parseUrl } from "../postgres/url.ts";

/** How a database is called, so that nobody takes it for another: host and name, or that it is embedded; no user, no secret. */
export interface DatabaseName {
  /** Such as `embedded PostgreSQL 18.4 in .streamflow` or `app on db.example.org (PostgreSQL 15.18)`. */
  database: string;
  /** The same for a title, where room is short: without the home that everybody has. */
  server: string;
}

export function databaseName({ database: url, home }: Settings, version: string): DatabaseName {
  if (url !== null) {
    const database = `${placeOf(url)} (PostgreSQL ${version})`;
    return { database, server: database };
  }
  const server = `embedded PostgreSQL ${version}`;
  const database = `${server} in ${escapeControl(home)}`;
  return { database, server: home === defaultHome ? server : database };
}

function placeOf(url: string): string {
  const { database, host, port } = parseUrl(url);
  return escapeControl(`${database} on ${host}${port === 5432 ? "" : `:${port}`}`);
}
