import type { Outcome } from "../../headless/process.ts";
import {
  backendsThat,
  byAnother,
  metLock,
  moments,
  type Still,
  standsBefore,
  thenGoes,
  waitsFor,
} from "../provoking.ts";
import type { Trial } from "../trial.ts";
import { asIfNothing, type Fault, triedAgain } from "./fault.ts";

const lost = /connection to the database was lost|Cannot connect|shut|start|recover/i;

/** Where a run stands when something happens to its server. */
const places: Record<string, (trial: Trial) => Promise<Still>> = {
  "while it copies": (trial) => standsBefore(trial, moments.copying),
  "while it merges": (trial) => waitsFor(trial, "usage_agg_30d"),
  "while it validates": (trial) => standsBefore(trial, moments.validating),
  "while it seals": (trial) => standsBefore(trial, moments.sealing),
  "before its last words": (trial) => standsBefore(trial, 'statement insert into console\\."run_tables"'),
};

function everywhere(
  name: string,
  doing: (still: Still, trial: Trial) => Promise<Outcome>,
  rest: Omit<Fault, "name" | "provoke">,
): Fault[] {
  return Object.entries(places).map(([where, reach]) => ({
    name: `${name} ${where}`,
    provoke: async (trial) => doing(await reach(trial), trial),
    ...rest,
  }));
}

/** A sequence of a database that was just copied goes back in a crash, unless all of it was written before. */
const settled = (trial: Trial) => trial.lease.sql`checkpoint`;

/** The run's lock is held by a session of ours, which goes with the server. */
async function restarted({ working, go }: Still, { place }: Trial): Promise<Outcome> {
  await place.control?.crash();
  await place.control?.start();
  await Promise.allSettled([go()]);
  return working.outcome;
}

async function down({ working, go }: Still, { place }: Trial): Promise<Outcome> {
  await place.control?.crash();
  await Promise.allSettled([go()]);
  const outcome = await working.outcome;
  await place.control?.start();
  return outcome;
}

/** Ends those for which the condition holds, as an administrator does. */
function terminated(condition: string) {
  return async (still: Still, trial: Trial): Promise<Outcome> => {
    const pids = await backendsThat(trial, condition);
    for (const pid of pids) await trial.lease.sql`select pg_terminate_backend(${pid}::int)`;
    return thenGoes(still);
  };
}

const holdsLock = "exists (select from pg_locks l where l.pid = pg_stat_activity.pid and locktype = 'advisory')";

/** Cancels whatever a session of the run is in, as an administrator does to a statement that takes long. */
async function cancelled(still: Still, trial: Trial): Promise<Outcome> {
  for (const pid of await backendsThat(trial, "state = 'active'"))
    await trial.lease.sql`select pg_cancel_backend(${pid}::int)`;
  return thenGoes(still);
}

/** Locks in the other order: one of the two has to give way, and it is the run, which looks for that first. */
const deadlock: Fault = {
  name: "a deadlock with another session",
  async arrange({ lease: { sql } }) {
    const [row] = await sql<{ name: string }[]>`select current_database() as name`;
    await sql`alter database ${sql(row?.name ?? "")} set deadlock_timeout = '2s'`;
  },
  async provoke(trial) {
    const { working, go } = await standsBefore(trial, moments.copying);
    return byAnother(trial, async (sql) => {
      await sql`set deadlock_timeout = '1h'`;
      await sql`begin`;
      await sql`lock table labels in share row exclusive mode`;
      await go();
      await metLock(trial, working);
      await sql`lock table users, subscriptions, usage_agg_30d, payments_agg_90d in share row exclusive mode`;
      await sql`rollback`;
      return working.outcome;
    });
  },
  expected: triedAgain,
};

const gone: Fault = {
  name: "the database is dropped meanwhile",
  async provoke(trial) {
    const still = await standsBefore(trial, moments.copying);
    await trial.lease.empty();
    const outcome = await thenGoes(still);
    await trial.lease.refill();
    return outcome;
  },
  // That its sessions were ended passes by itself; only the next try finds that there is nothing to come back to.
  expected: { exit: 3, says: /it has no such database/, isRetried: true },
};

const atCommit: Fault = {
  name: "a deferred trigger refuses the commit",
  isFixed: true,
  async provoke(trial) {
    await trial.lease.sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
      create constraint trigger refuses after update on usage_agg_30d deferrable initially deferred
        for each row execute function refuse()`);
    return trial.again();
  },
  expected: { exit: 1, says: /by its function refuse, refuse/ },
  remedy: (trial) => trial.lease.sql`drop function refuse() cascade`,
};

const inTrigger: Fault = {
  name: "a trigger refuses a row",
  async provoke(trial) {
    await trial.lease.sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'never'; end $$;
      create trigger refuses before update on labels for each row execute function refuse()`);
    return trial.again();
  },
  expected: { exit: 1, says: /by its function refuse, refuse/ },
  remedy: (trial) => trial.lease.sql`drop function refuse() cascade`,
};

const quick = /^(the run's own backend ended while it (merges|seals)|a statement cancelled while it merges)/;

/** What happens to the server, and to the sessions of a run. */
export const server: readonly Fault[] = [
  ...everywhere("the server crashes and is back", restarted, { on: ["own"], arrange: settled, expected: triedAgain }),
  ...everywhere("the server crashes and stays down", down, {
    on: ["own"],
    arrange: settled,
    expected: { exit: 3, says: lost, isOutOfReach: true, isRetried: true },
  }),
  ...everywhere("the run's own backend ended", terminated(holdsLock), { expected: triedAgain }),
  // What it does beside, it can do by itself.
  ...everywhere("its other backends ended", terminated(`not ${holdsLock}`), { expected: asIfNothing }),
  ...everywhere("all backends ended", terminated("true"), { expected: triedAgain }),
  // Elsewhere a run stands between two statements, where there is nothing to cancel.
  ...everywhere("a statement cancelled", cancelled, { expected: { exit: 3, says: /cancel/ } }).filter(({ name }) =>
    /(copies|merges)$/.test(name),
  ),
  deadlock,
  gone,
  atCommit,
  inTrigger,
].map((fault) => (quick.test(fault.name) ? { ...fault, isFixed: true } : fault));
