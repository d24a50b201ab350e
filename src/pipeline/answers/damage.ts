import { formatCount, formatCounted } from "../../core/format.ts";
import { type Check, check } from "../../core/messages/listings.ts";
import { type Damage, type PagesRead, readEveryPage } from "../../postgres/catalog/pages.ts";
import type { Sql } from "../../postgres/connection/connect.ts";
import { translate } from "../../postgres/connection/errors.ts";

/** What `doctor --check-data` says of the pages of the database. */
export async function checkPages({ sql }: { sql: Sql }): Promise<Check[]> {
  let read: PagesRead;
  try {
    read = await readEveryPage(sql);
  } catch (thrown) {
    const { title } = translate(thrown);
    const remedy = "It needs a superuser, and the module pg_prewarm on the server: connect as one with --database.";
    return [check("fail", "pages", `They could not be read: ${title}`, remedy)];
  }
  if (read.damaged.length > 0) return read.damaged.map(damage);
  const detail = `${formatCounted(read.pages, "page")} of ${formatCount(read.relations)} tables and indexes were read`;
  if (read.checksums) return [check("ok", "pages", `${detail}, and agree with their checksums`)];
  return [
    check(
      "warn",
      "pages",
      `${detail}; they carry no checksums, so that damage may not be seen.`,
      "`pg_checksums --enable` adds them while the server is stopped.",
    ),
  ];
}

function damage({ table, index, what }: Damage): Check {
  const rescue =
    `Copy the server's data away first. Then, in psql: \`set zero_damaged_pages = on; create table rescued as select * from ${table};\` ` +
    "keeps every row that can be read. Rows of a live table come back with their months' drops (--force), " +
    "those of a snapshot with --restamp --backfill.";
  const remedy = index === null ? rescue : `No row is lost: \`reindex index ${index};\` in psql builds it anew.`;
  const place = index === null ? table : `The index ${index} of ${table}`;
  return check("fail", "pages", `${place} is damaged: ${what}.`, remedy);
}
