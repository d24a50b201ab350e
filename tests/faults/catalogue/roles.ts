import type { Outcome } from "../../headless/process.ts";
import { canary, urlFor } from "../places/place.ts";
import { scenarios } from "../scenarios.ts";
import type { Trial } from "../trial.ts";
import { asIfNothing, type Expected, type Fault } from "./fault.ts";

/** Roles are the server's, and not a database's: they are named by the trial's. */
function roleOf({ lease }: Trial): string {
  return `${new URL(lease.url.replace("@/", "@local/")).pathname.slice(1)}_loader`;
}

/** Make a role that may do everything, change that by these statements, and run as it. */
async function asRole(trial: Trial, statements: (role: string) => readonly string[]): Promise<Outcome> {
  const role = roleOf(trial);
  const { sql } = trial.lease;
  await sql.unsafe(`drop role if exists "${role}"`);
  await sql.unsafe(`create role "${role}" login superuser password '${canary}'`);
  for (const statement of statements(`"${role}"`)) await sql.unsafe(statement);
  return runAs(trial);
}

function runAs(trial: Trial): Promise<Outcome> {
  const url = urlFor(trial.lease.url, roleOf(trial));
  return trial.start([...trial.scenario.words, "--database", url]).outcome;
}

/** After the remedy, as the same role, which goes then. */
async function againAs(trial: Trial): Promise<Outcome> {
  const outcome = await runAs(trial);
  const role = roleOf(trial);
  await trial.lease.sql.unsafe(
    `reassign owned by "${role}" to current_user; drop owned by "${role}"; drop role "${role}"`,
  );
  return outcome;
}

/** Statements that the words advise, to be run as the owner; commands of the console come after them, in backticks. */
const advised = /^remedy: .*As the owner, or a superuser: ([^`\n]*)/m;

/** What lacks more than one thing may be told of the next once it has the first. */
const most = 3;

/** Do what was said, word for word. */
async function grantAsSaid(trial: Trial): Promise<void> {
  for (let done = 0; done < most; done++) {
    const { code, stderr } = await runAs(trial);
    if (code === 0) return;
    const [, statements] = advised.exec(stderr) ?? [];
    if (statements === undefined) throw new Error(`no statements are advised: ${stderr.slice(-300)}`);
    await trial.lease.sql.unsafe(statements);
  }
}

/** What a role, a database or an administrator may have set for its sessions, and a run must not mind. */
const settings: readonly string[] = [
  "timezone = 'Pacific/Kiritimati'",
  "timezone = 'Pacific/Apia'",
  "datestyle = 'SQL, DMY'",
  "intervalstyle = 'iso_8601'",
  "search_path = 'pg_catalog'",
  "statement_timeout = '150ms'",
  "lock_timeout = '1ms'",
  "idle_in_transaction_session_timeout = '50ms'",
  "idle_session_timeout = '50ms'",
  "default_transaction_isolation = 'serializable'",
  "default_transaction_isolation = 'repeatable read'",
  "default_transaction_deferrable = on",
  "standard_conforming_strings = off",
  "extra_float_digits = -10",
  "bytea_output = 'escape'",
  "client_min_messages = debug1",
  "synchronous_commit = off",
  "row_security = off",
  "check_function_bodies = off",
  "enable_hashjoin = off",
  "work_mem = '64kB'",
  "plan_cache_mode = force_generic_plan",
];

function setting(what: string): Fault {
  return {
    name: `a role with ${what}`,
    on: ["own", "given"],
    provoke: (trial) => asRole(trial, (role) => [`alter role ${role} set ${what}`]),
    again: againAs,
    expected: asIfNothing,
    ...(what.startsWith("timezone = 'Pacific/Apia") && { isFixed: true }),
  };
}

/** A right that a role has not, as statements that leave it all others. */
interface Lacking {
  right: string;
  statements(role: string): readonly string[];
  expected: Expected;
  /** What helps, where it is not said as statements. */
  remedy?: (role: string) => string;
  scenario?: Fault["scenario"];
  isFixed?: true;
}

const everything = (role: string) => [
  `alter role ${role} nosuperuser`,
  `grant all on all tables in schema public, console, stage to ${role}`,
  `grant all on all sequences in schema console to ${role}`,
  `grant all on schema public, console, stage to ${role}`,
];

const missing: Expected = { exit: 3, says: /^error: The role \S+ (lacks|may not) /m };

const lacking: readonly Lacking[] = [
  {
    right: "any right",
    statements: (role) => [`alter role ${role} nosuperuser`],
    expected: missing,
    // Step by step it would be told to read, and then to connect as one who loads.
    remedy: (role) => `alter role ${role} superuser`,
    isFixed: true,
  },
  {
    right: "the right to make schemas",
    statements: (role) => [`alter role ${role} nosuperuser`],
    expected: { exit: 3, says: /permission denied for database[\s\S]*remedy: .*a role that loads months/ },
    remedy: (role) => `alter role ${role} superuser`,
    scenario: scenarios.first,
  },
  ...["users", "labels", "usage_agg_30d_snapshots"].map((table) => ({
    right: `the right to write to ${table}`,
    statements: (role: string) => [...everything(role), `revoke insert, update on ${table} from ${role}`],
    expected: missing,
  })),
  {
    right: "the right to read live tables",
    statements: (role) => [...everything(role), `revoke select on usage_agg_30d from ${role}`],
    expected: missing,
  },
  {
    right: "the schema console",
    statements: (role) => [...everything(role), `revoke all on schema console from ${role}`],
    expected: missing,
  },
  {
    right: "the schema stage",
    statements: (role) => [...everything(role), `revoke all on schema stage from ${role}`],
    expected: missing,
  },
  {
    right: "the right to empty the stage",
    statements: (role) => [...everything(role), `revoke truncate on all tables in schema stage from ${role}`],
    expected: missing,
  },
  {
    right: "the right to write at all",
    statements: (role) => [`alter role ${role} set default_transaction_read_only = on`],
    expected: { exit: 3, says: /default_transaction_read_only/ },
    remedy: (role) => `alter role ${role} reset default_transaction_read_only`,
    isFixed: true,
  },
  {
    right: "a connection left",
    statements: (role) => [`alter role ${role} nosuperuser connection limit 0`],
    expected: { exit: 3, says: /too many connections|connections are taken/ },
    remedy: (role) => `alter role ${role} superuser connection limit -1`,
    isFixed: true,
  },
  {
    right: "a login",
    statements: (role) => [`alter role ${role} nologin`],
    expected: { exit: 3, says: /not permitted to log in/ },
    remedy: (role) => `alter role ${role} login`,
  },
];

function without({ right, statements, expected, remedy, scenario, isFixed }: Lacking): Fault {
  return {
    name: `a role without ${right}`,
    on: ["own", "given"],
    provoke: (trial) => asRole(trial, statements),
    remedy: async (trial) =>
      remedy === undefined ? grantAsSaid(trial) : void (await trial.lease.sql.unsafe(remedy(`"${roleOf(trial)}"`))),
    again: againAs,
    expected,
    ...(scenario && { scenario }),
    ...(isFixed && { isFixed }),
  };
}

/** As whom the console connects, and what has been set for them. */
export const roles: readonly Fault[] = [...settings.map(setting), ...lacking.map(without)];
