import type { Sql } from "../../../src/postgres/connection/connect.ts";

/** Where faults are met: a server, and how a console is led to it. */
export interface Place {
  /** Such as `embedded PostgreSQL 18.4`. */
  readonly name: string;
  /** `embedded` is reached without a URL; `own` was started for this, and may be stopped; `given` is somebody's. */
  readonly kind: "embedded" | "own" | "given";
  /** PostgreSQL's major version. */
  readonly major: number;
  readonly asksForPassword: boolean;
  /** The server's own life; null where it is not ours to end. */
  readonly control: Control | null;
  /** The database that consoles use, with the rows of this content and no more. One at a time. */
  lease(content: Content): Promise<Lease>;
  close(): Promise<void>;
}

/** Rows that a database begins with. */
export interface Content {
  name: string;
  /** Fill a new, empty database, by consoles that are led to it with these words. */
  prepare(words: readonly string[]): Promise<void>;
}

/** A database for one trial. */
export interface Lease {
  /** As its superuser. */
  url: string;
  /** One connection to it, made anew when it is lost. */
  sql: Sql;
  /** To the same server, another database. */
  admin: Sql;
  /** What leads a console there; a URL of these holds the canary for a password. */
  words: string[];
  /** Drop the database under whoever uses it, and make it anew with what it began with. */
  empty(): Promise<void>;
  refill(): Promise<void>;
  drop(): Promise<void>;
}

export interface Control {
  /** The process that all its sessions are children of. */
  pid(): number;
  /** Without a word to anybody, as a crash does; resolves when it is gone. */
  crash(): Promise<void>;
  /** Resolves when it lets sessions in. */
  start(): Promise<void>;
}

/** A password that must be seen nowhere. */
export const canary = "Canary-7f3e-must-not-sing";

/** Led to this database as this role. */
export function urlFor(url: string, role: string | null, password: string = canary): string {
  return url.replace(/^(\w+:\/\/)(?:([^:@/]*)(?::[^@/]*)?@)?/, (_, scheme, user) => {
    return `${scheme}${role ?? user ?? ""}:${encodeURIComponent(password)}@`;
  });
}
