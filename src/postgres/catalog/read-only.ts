import { ConsoleError } from "../../core/errors.ts";
import type { Queryable } from "../connection/connect.ts";

const setting = "default_transaction_read_only";

interface Found {
  standby: boolean;
  reads: boolean;
  /** Where the setting comes from, by pg_settings' own words. */
  source: string;
  role: string;
  database: string;
}

/** Where a setting that lets a session only read can come from, and the statements that take it away. */
const sources: Record<string, (found: Found) => readonly [of: string, mend: readonly string[]]> = {
  user: ({ role }) => [`the role ${role}`, [`alter role ${role} reset ${setting}`]],
  database: ({ database }) => [`the database ${database}`, [`alter database ${database} reset ${setting}`]],
  "database user": ({ role, database }) => [
    `the role ${role} in the database ${database}`,
    [`alter role ${role} in database ${database} reset ${setting}`],
  ],
  global: () => ["all roles", [`alter role all reset ${setting}`]],
  "configuration file": () => ["the server", [`alter system set ${setting} = off`, "select pg_reload_conf()"]],
};

/** Whoever takes it away is read-only, too, until this. */
const first = `set ${setting} = off`;

/** Why this session may write nothing at all: a standby, or what has it only read. Null where it may write. */
export async function whyReadOnly(sql: Queryable, cause?: unknown): Promise<ConsoleError | null> {
  const [found] = await sql<Found[]>`
    select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as reads, source,
           quote_ident(session_user) as role, quote_ident(current_database()) as database
      from pg_settings where name = ${setting}`;
  if (found === undefined || !(found.standby || found.reads)) return null;
  if (found.standby) {
    return new ConsoleError("privilege_missing", "This server is a standby, which only reads.", {
      hint: "Name its primary in the database URL.",
      cause,
    });
  }
  const [of, mend] = sources[found.source]?.(found) ?? ["this connection", []];
  const statements = [first, ...mend].map((one) => `\`${one};\``).join(", then ");
  return new ConsoleError("privilege_missing", `This session may only read: ${setting} is on for ${of}.`, {
    hint:
      mend.length === 0
        ? "Leave it out of the database URL's options and of PGOPTIONS."
        : `To let it write, in psql: ${statements}. Then run the command again.`,
    cause,
  });
}
