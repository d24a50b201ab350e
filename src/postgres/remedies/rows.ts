import type { Remedy } from "./remedy.ts";

const rule = "`\\d TABLE` in psql shows the table's rules and triggers";

/** What is wrong with a row or a value, which the server's own words may show: ours do not. */
export const rowRemedies = {
  key_repeated: {
    state: "23505",
    code: "database_error",
    cause: "a key is there already",
    hint:
      "Nothing was published. Another session, or a trigger, wrote it meanwhile, or an index of yours wants single what a drop " +
      "repeats: run the command again, and should it not help, `\\d TABLE` in psql shows the index.",
  },
  key_orphaned: {
    state: "23503",
    code: "database_error",
    cause: "a key refers to a row that is not there",
    hint: "Nothing was published. Another session, or a trigger, took that row away meanwhile: run the command again.",
  },
  check_broken: {
    state: "23514",
    code: "database_error",
    cause: "a row breaks a CHECK, or there is no partition for it",
    hint: `Nothing was published. ${rule}: mend the drop, or the rule.`,
  },
  null_refused: {
    state: "23502",
    code: "database_error",
    cause: "a row has nothing where its column wants a value",
    hint: `Nothing was published. ${rule}: give the column a default, or let it be NULL.`,
  },
  row_refused: {
    state: "23",
    code: "database_error",
    cause: "a row breaks a rule of its table",
    hint: `Nothing was published. ${rule}: mend the drop, or the rule.`,
  },
  text_too_long: {
    state: "22001",
    code: "database_error",
    cause: "a text is longer than its column takes",
    hint: "Nothing was published. `alter table TABLE alter COLUMN type text` takes any length; or mend the drop.",
  },
  number_too_large: {
    state: "22003",
    code: "database_error",
    cause: "a number is larger than its type holds",
    hint: "Nothing was published. `alter table TABLE alter COLUMN type numeric` takes any number; or mend the drop.",
  },
  date_not_understood: {
    state: "22007",
    code: "database_error",
    cause: "a text is no date or time",
    hint: `Nothing was published. Mend the drop; where no column of it is dates, ${rule}.`,
  },
  date_out_of_range: {
    state: "22008",
    code: "database_error",
    cause: "a date or time is outside of what there is",
    hint: `Nothing was published. Mend the drop; where no column of it is dates, ${rule}.`,
  },
  not_of_type: {
    state: "22P02",
    code: "database_error",
    cause: "a text is no value of its type",
    hint: `Nothing was published. Mend the drop, or give the column a type that takes it. ${rule}.`,
  },
  not_encodable: {
    state: "22021",
    code: "database_error",
    cause: "a text holds a byte that the database's encoding has not",
    hint: "Nothing was published. The database has to be in UTF8: `show server_encoding` tells.",
  },
  division_by_zero: {
    state: "22012",
    code: "database_error",
    cause: "something was divided by zero",
    hint: `Nothing was published. A condition of a suite, a generated column or a trigger divides: ${rule}.`,
  },
  value_refused: {
    state: "22",
    code: "database_error",
    cause: "a value is not one that this can be done with",
    hint: `Nothing was published. Mend the drop, or what computes with it: ${rule}.`,
  },
  several_rows: {
    state: "21",
    code: "database_error",
    cause: "there are several rows where one was expected",
    hint: `Nothing was published. A rule, a trigger or a condition of a suite has a query for one value: ${rule}.`,
  },
} as const satisfies Record<string, Remedy>;
