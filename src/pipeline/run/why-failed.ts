import { ConsoleError, codeOf } from "../../core/errors.ts";
import { escapeControl } from "../../core/text.ts";
import { functionFrom, namesFrom, ruleFrom, translate } from "../../postgres/connection/errors.ts";
import { type OtherSession, otherSessions } from "../../postgres/live/other-writers.ts";
import { withNames } from "../../postgres/remedies/names.ts";
import { isKeyViolation, KeyFault } from "../drop/key-faults.ts";
import { parentsFor } from "../drop/past.ts";
import { findDropFaults } from "../drop/rules/drop-faults.ts";
import { explained } from "../session/explained.ts";
import type { MonthRun } from "./publish.ts";

/**
 * What went wrong, in the operator's words. Key faults are looked up line by line, now that nothing is open; what keeps them
 * from being found takes nothing away from what is known by then.
 */
export async function whyFailed(open: MonthRun, thrown: unknown): Promise<ConsoleError> {
  const { session, signal, silence, faults } = open;
  if (thrown instanceof ConsoleError && thrown.code === "outcome_unknown") return thrown;
  if (signal.aborted && signal.reason instanceof ConsoleError) return signal.reason;
  if (silence.reason !== null) return silence.reason;
  if (thrown instanceof ConsoleError && thrown.code !== "drop_rejected") {
    return thrown.code === "schema_mismatch" ? explained(thrown, session) : thrown;
  }
  // What became of a file meanwhile says nothing of what was read.
  if (faults.listed.some(({ code }) => code === "file_changed")) return faults.rejection();
  if (!(thrown instanceof ConsoleError || thrown instanceof KeyFault || isOfRow(thrown))) {
    return explained(thrown, session);
  }
  const hindrance = await searchFaults(open);
  if (signal.aborted && signal.reason instanceof ConsoleError) return signal.reason;
  if (faults.count > 0) return withoutLines(faults.rejection(), hindrance);
  if (thrown instanceof KeyFault) return withoutLines(rejectedKey(open, thrown), hindrance);
  if (!isKeyViolation(thrown)) {
    return refusedByTrigger(open, thrown) ?? refusedByRule(open, thrown) ?? explained(thrown, session);
  }
  return hindrance === null ? keyOfOthers(open, thrown) : withoutLines(keyOfSomebody(open, thrown), hindrance);
}

/** SQLSTATE classes of what a row may lead to: its values, the rules of its table, and what somebody wrote for a trigger. */
function isOfRow(thrown: unknown): boolean {
  return /^(?:21|22|23|38|54000|P0)/.test(codeOf(thrown));
}

/** Find repeated and orphaned keys, and rows that break a rule; what kept it from that, null when nothing did. */
async function searchFaults(open: MonthRun): Promise<ConsoleError | null> {
  const { session, sql, month, backfill, past, incoming, faults } = open;
  try {
    await findDropFaults(sql, { ...open, parents: parentsFor(month, backfill, past) }, incoming, faults);
    return null;
  } catch (thrown) {
    return explained(thrown, session);
  } finally {
    faults.settle();
  }
}

/** The same error, which also tells why the lines of keys were not found. */
function withoutLines(error: ConsoleError, hindrance: ConsoleError | null): ConsoleError {
  if (hindrance === null) return error;
  const { code, title, hint, faults, faultCount, cause } = error;
  const found = `Which keys are repeated or orphaned, which rows break a rule, and on which lines, could not be found out: ${hindrance.title}`;
  return new ConsoleError(code, title, { hint: `${hint} ${found}`, faults, faultCount, cause });
}

function rejectedKey({ month }: MonthRun, { kind, table }: KeyFault): ConsoleError {
  const what = {
    repeated: `a key of ${table} stands there more than once`,
    orphaned: `a key of ${table} has no row in the table that it refers to`,
    broken: `a row of ${table} breaks a rule of its table`,
  };
  return new ConsoleError("drop_rejected", `${month} was rejected: ${what[kind]}.`, {
    hint: "Nothing was published. `check` reads the drop once more, and lists the lines.",
  });
}

/** A trigger of one of the run's tables would not have a row; null where it was something else. */
function refusedByTrigger({ month, tables, stage }: MonthRun, thrown: unknown): ConsoleError | null {
  const inside = functionFrom(thrown);
  if (inside === null) return null;
  const ofRun = tables.flatMap(({ live, snapshot }) => (snapshot === null ? [live] : [live, snapshot.table]));
  const [found] = ofRun.flatMap(({ name, triggers }) =>
    triggers.filter((one) => one.function === inside).map((one) => ({ table: name, trigger: one.name })),
  );
  if (found === undefined) return null;
  const { trigger, table } = found;
  return new ConsoleError(
    "drop_rejected",
    escapeControl(
      `${month} was rejected: the trigger ${trigger} of ${table}, by its function ${inside}, refused a row.`,
    ),
    {
      hint:
        `Nothing was published; it was in the stage ${stage}. Which row it was, only the function knows, and no check can tell ` +
        `beforehand: \`\\sf ${inside}\` in psql shows what it wants, and a server that logs errors has its words in the log.`,
      cause: thrown,
    },
  );
}

/** What a row broke that was not to be told beforehand, such as a rule of a snapshot table, or how large a row may be. */
function refusedByRule({ month, stage }: MonthRun, thrown: unknown): ConsoleError | null {
  const rule = ruleFrom(thrown);
  if (rule === null) return null;
  return new ConsoleError("drop_rejected", escapeControl(`${month} was rejected: ${rule.words}.`), {
    hint:
      `Nothing was published; it was in the stage ${stage}. Which row it was could not be found out: ` +
      `${withNames("`\\d TABLE` in psql shows the rule", namesFrom(thrown))}. Mend the drop, or the rule.`,
    cause: thrown,
  });
}

/** A key that may be wrong in the drop: it could not be searched. */
function keyOfSomebody({ month }: MonthRun, thrown: unknown): ConsoleError {
  const { title } = translate(thrown);
  return new ConsoleError("not_as_planned", `A key of ${month} was refused. ${title}`, {
    hint: "Nothing was published. Either the drop is wrong in that, or somebody else wrote meanwhile: `check` reads the drop, and tells.",
    cause: thrown,
  });
}

/** A key that was neither live when the plan was made nor is wrong in the drop. */
async function keyOfOthers({ session, month }: MonthRun, thrown: unknown): Promise<ConsoleError> {
  const isThere = codeOf(thrown) === "23505";
  const what = isThere ? "that it brings was written" : "that it refers to was removed";
  const { title } = translate(thrown);
  const others = await otherSessions(session.sql).catch(() => null);
  return new ConsoleError("not_as_planned", `A key of ${month} ${what} by others while the run went on. ${title}`, {
    hint:
      "Nothing was published. Run the month again: it is then compared with what is there by now. " +
      `${inWords(others)} Should it come back, a trigger may be what writes: ` +
      `${withNames("`\\d TABLE`", namesFrom(thrown))} in psql shows those.`,
    cause: thrown,
  });
}

/** Sessions that are named; more are counted. */
const named = 3;

function inWords(others: readonly OtherSession[] | null): string {
  if (others === null) {
    return "Who else is connected, `select * from pg_stat_activity` tells a superuser, or a member of pg_read_all_stats.";
  }
  if (others.length === 0) return "Whoever it was is not connected to the database any more.";
  const names = others.slice(0, named).map(({ application, role, address, pid }) => {
    const from = address === null ? "" : ` from ${address}`;
    return escapeControl(`${application || "a session"} as ${role}${from} (process ${pid})`);
  });
  const more = others.length > named ? `, and ${others.length - named} more` : "";
  return `Besides the console there are connected: ${names.join(", ")}${more}.`;
}
