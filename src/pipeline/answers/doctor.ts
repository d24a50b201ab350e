import { access, constants } from "node:fs/promises";
import { ConsoleError } from "../../core/errors.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import type { Check } from "../../core/messages/listings.ts";
import type { Settings } from "../../core/settings.ts";
import { type Damage, type PagesRead, readEveryPage } from "../../postgres/catalog/pages.ts";
import { missingPrivileges, readsOnly } from "../../postgres/catalog/privileges.ts";
import type { Sql } from "../../postgres/connection/connect.ts";
import { readingOnly, translate } from "../../postgres/connection/errors.ts";
import { unpartitioned } from "../../postgres/conversion/targets.ts";
import type { Session } from "../session/session.ts";
import { readSuites } from "../session/suites.ts";
import { browseMonths } from "./months.ts";
import { checkPast } from "./past-checks.ts";

const ok = (name: string, detail: string): Check => ({ name, state: "ok", detail, remedy: null });

/** Look at everything that a run needs; each line says how it stands and how to mend what is not well. */
export async function doctor(
  settings: Settings,
  openSession: () => Promise<Session>,
  isToReadPages = false,
): Promise<Check[]> {
  const checks = [await checkData(settings.data)];
  let session: Session;
  try {
    session = await openSession();
  } catch (thrown) {
    return [...checks, failed("database", thrown)];
  }
  checks.push(ok("database", session.server), ok("schema", `${session.tables.length} tables, as the manifest says`));
  checks.push(await checkSuites(session), await checkPrivileges(session));
  // Without a folder there are no months to speak of: the first check said so.
  if (checks[0]?.state === "ok") checks.push(await checkMonths(session));
  checks.push(await checkPartitions(session), ...(await checkPast(session)));
  if (isToReadPages) checks.push(...(await checkPages(session.sql)));
  return checks;
}

function failed(name: string, thrown: unknown): Check {
  const { title, hint } = translate(thrown);
  return { name, state: "fail", detail: title, remedy: hint };
}

async function checkData(data: string): Promise<Check> {
  try {
    await access(data, constants.R_OK | constants.X_OK);
    return ok("data", data);
  } catch {
    const remedy = "Point --data or STREAMFLOW_DATA at the folder that holds month_000 and so on.";
    return { name: "data", state: "fail", detail: `${data} cannot be read.`, remedy };
  }
}

async function checkSuites(session: Session): Promise<Check> {
  try {
    const suites = [...(await readSuites(session)).values()];
    const expectations = suites.reduce((sum, suite) => sum + suite.expectations.length, 0);
    return ok("suites", `${expectations} expectations in ${suites.length} suites`);
  } catch (thrown) {
    return failed("suites", thrown);
  }
}

async function checkPrivileges({ sql, tables }: Session): Promise<Check> {
  if (await readsOnly(sql)) {
    return { name: "privileges", state: "fail", detail: "This session may only read.", remedy: readingOnly };
  }
  const missing = await missingPrivileges(sql, tables);
  if (missing.length === 0) return ok("privileges", "may read and write every table");
  return {
    name: "privileges",
    state: "fail",
    detail: `The database user lacks: ${missing.join(", ")}.`,
    remedy:
      "Have the owner grant them (ownership: `alter table … owner to`, or a role that both are members of), or connect as the owner.",
  };
}

async function checkMonths(session: Session): Promise<Check> {
  const { months } = await browseMonths(session);
  const troubled = months.filter(({ state }) => state !== "ok" && state !== "new" && state !== "running");
  const summary = `${months.length} months in ${session.settings.data}`;
  if (troubled.length === 0) return ok("months", summary);
  return {
    name: "months",
    state: "warn",
    detail: `${summary}; ${troubled.map(({ month, state }) => `${month} is ${state.replaceAll("_", " ")}`).join(", ")}`,
    remedy: "`months` lists them, and says what each state asks for; of a run that failed, `show` says why.",
  };
}

async function checkPartitions({ sql, tables }: Session): Promise<Check> {
  const { ours, distributed } = await unpartitioned(sql, tables);
  if (ours.length + distributed.length === 0) return ok("snapshots", "partitioned by as_of");
  const told = [
    ...ours.map(({ snapshot }) => snapshot.table.name),
    ...distributed.map(({ snapshot }) => `${snapshot.table.name} (distributed by Citus)`),
  ];
  const works = "Everything works; dropping and taking a snapshot is slower than with a partition for each as_of.";
  const command = "`doctor --partition-snapshots --yes` makes them, and changes no row.";
  const leftAlone = "What Citus distributed is left as it is.";
  return {
    name: "snapshots",
    state: "warn",
    detail: `Not partitioned: ${told.join(", ")}.`,
    remedy: [works, ...(ours.length > 0 ? [command] : []), ...(distributed.length > 0 ? [leftAlone] : [])].join(" "),
  };
}

/** What `doctor --check-data` says of the pages of the database. */
export async function checkPages(sql: Sql): Promise<Check[]> {
  let read: PagesRead;
  try {
    read = await readEveryPage(sql);
  } catch (thrown) {
    const { title } = thrown instanceof ConsoleError ? thrown : translate(thrown);
    const remedy = "It needs a superuser, and the module pg_prewarm on the server: connect as one with --database.";
    return [{ name: "pages", state: "fail", detail: `They could not be read: ${title}`, remedy }];
  }
  if (read.damaged.length > 0) return read.damaged.map(damage);
  return [sound(read)];
}

function sound({ relations, pages, checksums }: PagesRead): Check {
  const detail = `${formatCounted(pages, "page")} of ${formatCount(relations)} tables and indexes were read`;
  if (checksums)
    return { name: "pages", state: "ok", detail: `${detail}, and agree with their checksums`, remedy: null };
  return {
    name: "pages",
    state: "warn",
    detail: `${detail}; they carry no checksums, so that damage may not be seen.`,
    remedy: "`pg_checksums --enable` adds them while the server is stopped.",
  };
}

function damage({ table, index, what }: Damage): Check {
  const rescue =
    `Copy the server's data away first. Then, in psql: \`set zero_damaged_pages = on; create table rescued as select * from ${table};\` ` +
    "keeps every row that can be read. Rows of a live table come back with their months' drops (--force), " +
    "those of a snapshot with --restamp --backfill.";
  return {
    name: "pages",
    state: "fail",
    detail: `${index === null ? table : `The index ${index} of ${table}`} is damaged: ${what}.`,
    remedy: index === null ? rescue : `No row is lost: \`reindex index ${index};\` in psql builds it anew.`,
  };
}
