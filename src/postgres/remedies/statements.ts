import { again, grantsHint, inLog, type Remedy } from "./remedy.ts";

const whoseFunction = "`\\sf FUNCTION` in psql shows a function, `\\dy` event triggers, `\\d TABLE` those of a table";

/** What a statement of the console may not do, or finds otherwise than it was. */
export const statementRemedies = {
  only_reads: {
    state: "25006",
    code: "privilege_missing",
    cause: "this session may only read",
    hint:
      "A standby only reads: connect to its primary. Else default_transaction_read_only is on: `select source from pg_settings " +
      "where name = 'default_transaction_read_only'` tells for the role, the database or the server.",
  },
  transaction_state: {
    state: "25",
    code: "database_error",
    cause: "the transaction is not in a state in which this can be done",
    hint: again,
  },
  not_owner: {
    state: "42501",
    says: /must be owner/,
    code: "privilege_missing",
    cause: "only the owner may do this",
    hint: `Connect as a role that owns it, or is a member of the owner; \`doctor\` lists all that is missing. ${grantsHint}`,
  },
  database_denied: {
    state: "42501",
    says: /permission denied for database/,
    code: "privilege_missing",
    cause: "the role may not make schemas in that database",
    hint: `\`grant create on database DATABASE to ROLE\`, as the database's owner. ${grantsHint}`,
  },
  schema_denied: {
    state: "42501",
    says: /permission denied for schema/,
    code: "privilege_missing",
    cause: "the role may not use a schema, or make tables in it",
    hint: `\`grant usage, create on schema SCHEMA to ROLE\`, as the schema's owner; \`doctor\` lists all that is missing. ${grantsHint}`,
  },
  row_security: {
    state: "42501",
    says: /row-level security/,
    code: "privilege_missing",
    cause: "a policy for rows stands before the table",
    hint: "Every row has to be read and written: `alter role ROLE bypassrls`, as a superuser, or a policy that lets the role do all.",
  },
  denied: {
    state: "42501",
    code: "privilege_missing",
    cause: "the role lacks a right",
    hint: `Have the owner grant that right to the role the console connects as; \`doctor\` lists all that is missing. ${grantsHint}`,
  },
  table_gone: {
    state: "42P01",
    code: "schema_mismatch",
    cause: "a table was dropped or renamed by other hands",
    hint: "Run it again: the stage is made anew, and all others are looked for. `doctor` says what to do should it not help.",
  },
  ledger_table_gone: {
    state: "42P01",
    says: /"console\.(?!runs")/,
    code: "schema_mismatch",
    cause: "a table of the ledger was dropped or renamed by other hands",
    hint:
      "Run it again: a ledger that is gone as a whole is begun anew. Else name the table back, or put it back from a backup; " +
      "without one, in psql: `delete from console.migrations` has the next command make " +
      "it anew, empty, and leave the others as they are.",
  },
  ledger_runs_gone: {
    state: "42P01",
    says: /"console\.runs"/,
    code: "schema_mismatch",
    cause: "the ledger's table of runs was dropped or renamed by other hands, by whose numbers all others go",
    hint:
      "Run it again: a ledger that is gone as a whole is begun anew. Else name the table back, or put it back from a backup; " +
      "without one, in psql: `alter schema console rename to console_before; create " +
      "schema console` has the next command begin a new ledger; `adopt` shows the snapshots that stand and, with --yes, seals them.",
  },
  column_gone: {
    state: "42703",
    code: "schema_mismatch",
    cause: "a column was dropped or renamed by other hands",
    hint: "Run it again: columns are read anew each time. Should it not help, `doctor` as the owner of the schema console says what to do.",
  },
  schema_gone: {
    state: "3F000",
    code: "schema_mismatch",
    cause: "a schema was dropped by other hands",
    hint: "Run it again, for the console makes its own anew.",
  },
  already_there: {
    state: "42P07",
    code: "database_error",
    cause: "another session made a table of the same name meanwhile",
    hint: `${again} Should it stay so, drop or rename that table.`,
  },
  depended_on: {
    state: "2BP01",
    code: "schema_mismatch",
    cause: "something else depends on what was to be replaced",
    hint: "Drop the view or the like that depends on it, and make it again afterwards; it is none of the console's.",
  },
  changed_meanwhile: {
    state: "0A000",
    says: /cached plan must not change/,
    code: "schema_mismatch",
    cause: "a table was altered by other hands meanwhile",
    hint: "Run it again: columns are read anew each time.",
  },
  not_supported: {
    state: "0A",
    code: "database_error",
    cause: "this server, or what kind of table that is, does not allow it",
    hint: "Nothing was published. Tables have to be PostgreSQL's own, ordinary or partitioned; `doctor` looks at them.",
  },
  of_a_statement: {
    state: "42",
    code: "schema_mismatch",
    cause: "a table, a type or a function is not as the statement has it",
    hint: "Others may have altered it meanwhile: run it again, and `doctor` says what to do should it not help.",
  },
  raised: {
    state: "P0",
    code: "database_error",
    cause: "a function of this database refused it, in words of its own",
    hint: `Nothing was published. It is that of a trigger or an event trigger: ${whoseFunction}. ${inLog}`,
  },
  external: {
    state: "38",
    code: "database_error",
    cause: "a function of this database failed",
    hint: `Nothing was published. ${whoseFunction}. ${inLog}`,
  },
  foreign_login: {
    state: "2F003",
    code: "privilege_missing",
    cause: "a role that is no superuser may not go to a foreign server without a password of its own",
    hint: "Nothing was published. `\\deu+` in psql lists the user mappings: give the console's role one with a password.",
  },
  foreign_server: {
    state: "HV",
    code: "database_error",
    cause: "a server that this one reads a foreign table from failed",
    hint: `Nothing was published. \`\\det+\` in psql lists foreign tables and their servers. ${inLog}`,
  },
} as const satisfies Record<string, Remedy>;
