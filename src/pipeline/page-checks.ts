import { ConsoleError } from "../core/errors.ts";
import { formatCount, formatCounted } from "../core/format.ts";
import type { Check } from "../core/listings.ts";
import type { Sql } from "../postgres/connect.ts";
import { translate } from "../postgres/errors.ts";
import { type Damage, type PagesRead, readEveryPage } from "../postgres/pages.ts";

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
