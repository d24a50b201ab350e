import type { Outcome } from "../../headless/process.ts";
import {
  backendsThat,
  byAnother,
  moments,
  type Still,
  standsBefore,
  thenGoes,
  waitsFor,
  writers,
} from "../provoking.ts";
import type { Trial } from "../trial.ts";
import type { Expected, Fault } from "./fault.ts";

const lost = /connection to the database was lost|Cannot connect|shut|start|recover/i;

/** What passes by itself is tried again, whole; when that is of no use either, nothing was published. */
const againOrLost: Expected = { exit: [0, 3] };

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
  await go().catch(() => {});
  return working.outcome;
}

async function down({ working, go }: Still, { place }: Trial): Promise<Outcome> {
  await place.control?.crash();
  await go().catch(() => {});
  const outcome = await working.outcome;
  await place.control?.start();
  return outcome;
}

async function terminated(still: Still, trial: Trial): Promise<Outcome> {
  for (const pid of await backendsThat(trial, writers)) await trial.lease.sql`select pg_terminate_backend(${pid}::int)`;
  return thenGoes(still);
}

async function allTerminated(still: Still, trial: Trial): Promise<Outcome> {
  for (const pid of await backendsThat(trial, "true")) await trial.lease.sql`select pg_terminate_backend(${pid}::int)`;
  return thenGoes(still);
}

/** Cancels whatever a session of the run is in, as an administrator does to a statement that takes long. */
async function cancelled(still: Still, trial: Trial): Promise<Outcome> {
  for (const pid of await backendsThat(trial, "state = 'active'"))
    await trial.lease.sql`select pg_cancel_backend(${pid}::int)`;
  return thenGoes(still);
}

/** A lock that no other holds for long, in the other order: one of the two has to give way. */
const deadlock: Fault = {
  name: "a deadlock with another session",
  async provoke(trial) {
    const { working, go } = await standsBefore(trial, moments.copying);
    return byAnother(trial, async (sql) => {
      await sql`set deadlock_timeout = '100ms'`;
      await sql`begin`;
      await sql`lock table labels in share row exclusive mode`;
      await go();
      const isOver = working.outcome.then(() => true);
      while ((await backendsThat(trial, "wait_event_type = 'Lock'")).length === 0) {
        if (await Promise.race([isOver, Bun.sleep(5)])) break;
      }
      // One of the two is ended by the server.
      await sql`lock table users, subscriptions, usage_agg_30d, payments_agg_90d in share row exclusive mode`.catch(
        () => {},
      );
      await sql`rollback`.catch(() => {});
      return working.outcome;
    });
  },
  expected: againOrLost,
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
  expected: { exit: 3, says: /lost|no such|administrator command/i },
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
  expected: { exit: 3, says: /a function of this database refused it/ },
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
  expected: { exit: 3, says: /a function of this database refused it/ },
  remedy: (trial) => trial.lease.sql`drop function refuse() cascade`,
};

const quick = /^(one backend ended while it (merges|seals)|a statement cancelled while it merges)/;

/** What happens to the server, and to the sessions of a run. */
export const server: readonly Fault[] = [
  ...everywhere("the server crashes and is back", restarted, { on: ["own"], arrange: settled, expected: againOrLost }),
  ...everywhere("the server crashes and stays down", down, {
    on: ["own"],
    arrange: settled,
    expected: { exit: 3, says: lost, isOutOfReach: true },
  }),
  ...everywhere("one backend ended", terminated, { expected: againOrLost }),
  ...everywhere("all backends ended", allTerminated, { expected: againOrLost }),
  ...everywhere("a statement cancelled", cancelled, { expected: againOrLost }),
  deadlock,
  gone,
  atCommit,
  inTrigger,
].map((fault) => (quick.test(fault.name) ? { ...fault, isFixed: true } : fault));
