/**
 * What each field of the manifest means, by where it stands; `*` is any table. The README's table and the words of the
 * manifest's JSON Schema are made of these.
 */
export const manifestFields = {
  $schema: "where editors find what is written here: `./schemas/dataset.schema.json`; the console does not read it",
  $comment: "what somebody has to say of it; the console does not read it",
  name: "the dataset's name in the ledger and in the lock",
  schema: "schema of live and snapshot tables",
  first_month: "calendar month (`YYYY-MM`) of `month_000`",
  marker:
    "a file that the sender writes last beside a drop's, such as `_SUCCESS`: `--wait` takes the drop for whole once it is there",
  due: "day of the month after (1 to 31) on which a month's drop is due: from then on `months` tells that it is not there",
  as_of_column: "the snapshot tables' stamp",
  delivered_column: "snapshot column, in the tables that have it, for the month whose drop brought the row",
  label: "the table whose snapshots `export` takes labels from",
  dates: "first and last day that a DATE may hold",
  drift:
    "how far a column may move against the month before until the run warns; leave it out, or one of the last three, for no such check",
  "drift.psi": "limit of its `psi`, or `tv`",
  "drift.beyond": "limit of the share of values beyond the former range, such as 0.1",
  "drift.missing": "limit of the change of the share of NULLs, such as 0.1",
  "drift.mean": "limit of the distance of the means, in former standard deviations",
  links: "where a link in a drop may lead: `inside` the data folder, as without the field, or `anywhere`",
  notify: "who is told of runs by a POST; the variable `STREAMFLOW_NOTIFY_URL` alone does, too",
  "notify.url": "the address, where everybody may know it; `STREAMFLOW_NOTIFY_URL` goes before it",
  "notify.format": "`json`, as without it, or `slack`",
  "notify.on": "of which outcomes: `published`, `rejected`, `failed`, `warned`; of all without it",
  written: "how files are written, where that is not as the console would; its settings are listed below",
  report: "what the pages that `report` writes hold",
  "report.values":
    "`false` leaves keys and values of the data out of them, as `--no-values` does; counts, lines and charts stay",
  rows: "by how large a fraction a file may shrink or grow against the month before, until the run warns or rejects",
  tables: "the tables, by their names",
  "tables.*.$comment": "the same, of one table",
  "tables.*.file":
    "its file in a drop, or with `*` for any text a pattern of the files that are its parts; each may be compressed, its name then ending in `.gz`, `.zst` or `.zip`",
  "tables.*.suite": "its expectation suite, relative to the manifest",
  "tables.*.snapshot": "its snapshot table, for tables that are frozen",
  "tables.*.absent":
    "columns that no file need carry; where one leaves out what drops before it carried, it is NULL in its rows, live as in the snapshot",
  "tables.*.rows":
    "`events` where each month brings new rows and none again: those of earlier months are not missed, rows that come again are warned about, and dates and keys of events are not looked at for drift",
  "tables.*.written": "how its files are written: what is said here goes before what is said for all",
} as const satisfies Record<string, string>;

/** What a field has to look like, where its meaning does not say. */
export const manifestForms: Readonly<Record<string, string>> = {
  name: "lower-case letters, digits and underscores, a letter first, such as `shop`",
  first_month: "a month such as `2026-01`",
  schema: "the name of a schema, such as `public`",
  as_of_column: "the name of a column, such as `as_of`",
  dates: '`{ "from": "2000-01-01", "to": "2100-12-31" }` or the like',
  "dates.from": "a day such as `2000-01-01`",
  "dates.to": "a day such as `2100-12-31`",
  rows: '`{ "shrink": { "warn": 0.1, "reject": 0.5 }, "grow": { "warn": 0.5, "reject": 3 } }` or the like',
  "rows.shrink": '`{ "warn": 0.1, "reject": 0.5 }` or the like',
  "rows.grow": '`{ "warn": 0.5, "reject": 3 }` or the like',
  tables: '`{ "orders": { "file": "orders.csv" } }` or the like',
  "tables.*.file": "a file's name without a folder, such as `orders.csv`",
};
