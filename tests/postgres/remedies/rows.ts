import type { rowRemedies } from "../../../src/postgres/remedies/rows.ts";
import { canary, canaryNumber, type Provocation, statements } from "./provoking.ts";

/** A table of its own for each session, and a row that it refuses. */
const refusing = (columns: string, ...values: string[]) =>
  statements(`create temporary table refusing (${columns})`, ...values.map((one) => `insert into refusing ${one}`));

/** What each is provoked by, with a customer's value in it wherever there is room for one. */
export const rowProvocations: Record<keyof typeof rowRemedies, Provocation> = {
  key_repeated: refusing("user_id text primary key", `values ('${canary}')`, `values ('${canary}')`),
  key_orphaned: statements(
    "create temporary table parents (id text primary key)",
    "create temporary table children (id text references parents)",
    `insert into children values ('${canary}')`,
  ),
  check_broken: refusing(`id text, n numeric check (n < 1)`, `values ('${canary}', ${canaryNumber})`),
  null_refused: refusing("id text, n int not null", `values ('${canary}', null)`),
  row_refused: refusing(
    "id text, r int8range, exclude using gist (r with &&)",
    `values ('${canary}', '[1,${canaryNumber}]')`,
    `values ('${canary}', '[2,${canaryNumber}]')`,
  ),
  text_too_long: refusing("id varchar(3)", `values ('${canary}')`),
  number_too_large: refusing("n int", `values ('${canaryNumber}')`),
  date_not_understood: refusing("d date", `values ('${canary}')`),
  date_out_of_range: refusing("d date", `values ('2024-02-31 ${canaryNumber.slice(0, 2)}:00')`),
  not_of_type: refusing("n numeric", `values ('${canary}')`),
  not_encodable: statements("select convert_from('\\xe920'::bytea, 'UTF8')"),
  division_by_zero: statements(`select ${canaryNumber} / 0`),
  value_refused: refusing("b bit(3)", `values (B'${"10".repeat(9)}')`),
  several_rows: statements("select (select x from generate_series(1, 2) x)"),
};
