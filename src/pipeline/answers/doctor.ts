import { codeOf } from "../../core/errors.ts";
import { formatCounted } from "../../core/format.ts";
import { type Check, check } from "../../core/messages/listings.ts";
import { dropping, isWeak, renewal } from "../../core/messages/seals.ts";
import { fitState } from "../../core/messages/suites.ts";
import { isLacking, lackingInWords } from "../../core/month.ts";
import type { Settings } from "../../core/settings.ts";
import { lacksInOneSentence } from "../../core/suites/fit-words.ts";
import { protectionOf } from "../../postgres/connection/connect.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { lockHolder } from "../../postgres/connection/lock.ts";
import { notPermitted } from "../../postgres/connection/role.ts";
import { unpartitioned } from "../../postgres/conversion/targets.ts";
import { foundInStage, strangerInStage } from "../../postgres/live/stage.ts";
import { missingRights } from "../../postgres/roles/rights.ts";
import { coveredBy } from "../../postgres/snapshots/sealing.ts";
import { isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { exposure } from "../../postgres/target/protection.ts";
import { type Past, readPast, type StampedDate } from "../drop/past.ts";
import { untakenDates } from "../drop/untaken.ts";
import type { Session } from "../session/session.ts";
import { browseSuites } from "../suites/fits.ts";
import { checkCluster } from "./cluster/health.ts";
import { checkPages } from "./damage.ts";
import { checkData } from "./data-folder.ts";
import { browseMonths } from "./months.ts";
import { checkPooler } from "./pooler.ts";
import { checkOwners, checkPrivileges, checkTables } from "./privileges.ts";

/** Look at everything that a run needs; each line says how it stands and how to mend what is not well. */
export async function doctor(
  settings: Settings,
  openSession: () => Promise<Session>,
  isToReadPages = false,
): Promise<Check[]> {
  const data = await checkData(settings.data);
  let session: Session;
  try {
    session = await openSession();
  } catch (thrown) {
    return [data, failed("database", thrown)];
  }
  const rights = await missingRights(session.sql, session.tables);
  const cluster = await checkCluster(session, rights);
  const found = [
    data,
    check("ok", "database", session.server),
    checkConnection(session),
    ...(await checkPooler(session)),
    ...cluster.checks,
    await checkTables(session),
    await checkSuites(session),
    await checkPrivileges(session.sql, rights),
  ];
  // What follows is read from the tables.
  if (rights.browsing.length > 0 || !cluster.isReadable) return found;
  return [
    ...found,
    // Without a folder there are no months to speak of: the first check said so.
    ...(data.state === "ok" ? [await checkMonths(session)] : []),
    checkPartitions(session),
    ...(await checkOwners(session.sql, session.tables, rights)),
    await checkStage(session),
    ...(await checkPast(session)),
    ...(isToReadPages ? await checkPages(session) : []),
  ];
}

/** Whether others on the way to the server could read or change what is sent. */
function checkConnection({ sql }: Session): Check {
  const protection = protectionOf(sql);
  const exposed = exposure(protection);
  if (exposed !== null) return check("warn", "connection", exposed.title, exposed.hint);
  if (protection === null) return check("ok", "connection", "by a socket of this machine's file system");
  return check(
    "ok",
    "connection",
    protection.isLocal ? "within this machine" : "encrypted, to a server that proved who it is",
  );
}

function failed(name: string, thrown: unknown): Check {
  const { title, hint } = translate(thrown);
  return check("fail", name, title, hint);
}

async function checkSuites(session: Session): Promise<Check> {
  const suites = (await browseSuites(session)).filter(({ path }) => path !== null);
  const misfits = suites.filter((suite) => fitState(suite) !== "fits");
  if (misfits.length === 0) {
    const expectations = suites.reduce((sum, suite) => sum + suite.expectations, 0);
    return check("ok", "suites", `${expectations} expectations in ${suites.length} suites`);
  }
  const isRefused = misfits.some((suite) => fitState(suite) === "refused");
  const told = misfits.map((suite) => `${suite.path}: ${suite.trouble ?? lacksInOneSentence(suite)}.`);
  return check(
    isRefused ? "fail" : "warn",
    "suites",
    `${formatCounted(misfits.length, "suite")} of ${suites.length} ${misfits.length === 1 ? "asks" : "ask"} for what is not there.`,
    `${told.join(" ")} ${isRefused ? "No run begins until that is mended: c" : "C"}orrect the suites or the tables; the terminal UI lists all of it (5).`,
  );
}

async function checkMonths(session: Session): Promise<Check> {
  const { months } = await browseMonths(session);
  const lacking = months.filter(isLacking);
  const there = months.filter((one) => !isLacking(one));
  const troubled = there.filter(({ state }) => !["ok", "new", "running", "adopted"].includes(state));
  const summary = `${formatCounted(there.length, "month")} in ${session.settings.data}`;
  const told = [
    ...troubled.map(({ month, state }) => `${month} is ${state.replaceAll("_", " ")}`),
    ...(lacking.length > 0 ? [`not there: ${lackingInWords(lacking.toReversed())}`] : []),
  ];
  if (told.length === 0) return check("ok", "months", summary);
  return check(
    "warn",
    "months",
    `${summary}; ${told.join(", ")}`,
    "`months` lists them, and says what each state asks for; of a run that failed, `show` says why.",
  );
}

function checkPartitions({ tables }: Session): Check {
  const { ours, distributed } = unpartitioned(tables);
  if (ours.length + distributed.length === 0) return check("ok", "snapshots", "partitioned by as_of");
  const told = [
    ...ours.map(({ snapshot }) => snapshot.table.name),
    ...distributed.map(({ snapshot }) => `${snapshot.table.name} (distributed by Citus)`),
  ];
  const remedies = [
    "Everything works; dropping and taking a snapshot is slower than with a partition for each as_of.",
    ...(ours.length > 0 ? ["`doctor --partition-snapshots --yes` makes them, and changes no row."] : []),
    ...(distributed.length > 0 ? ["What Citus distributed is left as it is."] : []),
  ];
  return check("warn", "snapshots", `Not partitioned: ${told.join(", ")}.`, remedies.join(" "));
}

/** Between runs it is empty: what is there then is of one that was cut off, and nobody sees it. */
async function checkStage({ sql, dataset, tables }: Session): Promise<Check> {
  if ((await lockHolder(sql, dataset.name)) !== null) return check("ok", "stage", "in use by a run");
  let found: Awaited<ReturnType<typeof foundInStage>>;
  try {
    found = await foundInStage(sql, tables);
  } catch (thrown) {
    if (codeOf(thrown) === notPermitted) return check("ok", "stage", "only for those who load");
    return failed("stage", thrown);
  }
  const stranger = await strangerInStage(sql, tables);
  if (stranger !== null) return failed("stage", stranger);
  const { full, built } = found;
  const left = [...full, ...built].map(({ schema, name }) => `${schema}.${name}`);
  if (left.length === 0) return check("ok", "stage", "empty, as it is between runs");
  return check(
    "warn",
    "stage",
    `A run that was cut off left rows in ${left.join(", ")}.`,
    "They count for nothing; the next run that has something to do empties them.",
  );
}

/** The months and dates that have a past here: their order, their seals, and what is not ours. */
async function checkPast(session: Session): Promise<Check[]> {
  const past = await readPast(session.sql, session);
  return [checkStamps(past), checkSeals(session, past), checkOrigin(past)];
}

/** Pairs of dates that would put labels beside features of their own month, or of a later one. */
function checkStamps({ stamps }: Past): Check {
  const name = ({ month, as_of }: StampedDate) => month ?? `what stands as of ${as_of}`;
  const pairs = stamps.flatMap((earlier, place) =>
    stamps.slice(place + 1).flatMap((later) => {
      const isSameDay = earlier.as_of === later.as_of;
      if (!isSameDay && earlier.index === later.index) {
        return [`${name(later)} has two dates, ${earlier.as_of} and ${later.as_of}`];
      }
      if (earlier.index > later.index) {
        return [`${name(earlier)} is stamped ${earlier.as_of}, before ${name(later)} (${later.as_of})`];
      }
      const isShared = isSameDay && earlier.index !== later.index;
      return isShared ? [`${name(earlier)} and ${name(later)} share ${later.as_of}`] : [];
    }),
  );
  const dates = new Set(stamps.map(({ as_of }) => as_of)).size;
  if (pairs.length === 0) return check("ok", "stamps", `${formatCounted(dates, "date")}, in the order of their months`);
  return check(
    "warn",
    "stamps",
    `Not in the order of their months: ${pairs.join("; ")}.`,
    `Models would be trained on what was not known then: remove the date that is wrong by ${dropping("DATE")}, ` +
      "and run its month again with --backfill.",
  );
}

function checkSeals({ tables }: Session, { seals }: Past): Check {
  const outgrown = seals.filter((seal) => {
    const table = tables.filter(isFrozen).find(({ snapshot }) => snapshot.table.name === seal.table);
    return table !== undefined && coveredBy(table, seal).lost.length > 0;
  });
  if (outgrown.length > 0) {
    const told = outgrown.map(({ table, as_of }) => `${table} as of ${as_of}`).join(", ");
    return check(
      "warn",
      "seals",
      `Columns that were sealed are gone, or of another type: ${told}.`,
      "Put them back as they were, or take these snapshots anew from their drops with --restamp --backfill.",
    );
  }
  const weak = seals.filter(isWeak).length;
  const all = formatCounted(seals.length, "seal");
  if (weak === 0) return check("ok", "seals", all);
  return check(
    "warn",
    "seals",
    `${weak} of ${all} ${weak === 1 ? "is" : "are"} of an older, weak kind.`,
    `Some changes do not break them. \`${renewal}\` renews those whose rows still agree with their drop.`,
  );
}

function checkOrigin({ holding, stamps, nowhere }: Past): Check {
  if (nowhere.length > 0) {
    return check(
      "warn",
      "origin",
      `Snapshot rows stand as of ${nowhere.join(", ")}, which is no day of any month.`,
      "No command takes them up: correct or delete them by SQL. `snapshots` lists their tables.",
    );
  }
  if (holding.kind === "undated") {
    return check(
      "warn",
      "origin",
      "The live tables hold rows of unknown origin.",
      "A run changes none of them: run the month that they came from first, or empty the live tables.",
    );
  }
  const unsealed = untakenDates({ stamps });
  const told = unsealed.length > 0 ? [`Rows that no run took stand as of ${unsealed.join(", ")}.`] : [];
  if (holding.kind === "month" && holding.by === "copy") {
    told.unshift(`No run vouches for the live rows; they are taken for those of ${holding.asOf}.`);
  }
  if (told.length === 0) return check("ok", "origin", "all rows are of runs in the ledger");
  return check(
    "warn",
    "origin",
    told.join(" "),
    "Another flow took them, or the ledger that knew of them is gone. No month older than those goes into the live tables. " +
      `\`adopt\` shows them and, with --yes, seals them as they are; ${dropping("DATE")} removes one.`,
  );
}
