import type { statementRemedies } from "../../../src/postgres/remedies/statements.ts";
import { asNobody, canary, type Provocation, played, statements } from "./provoking.ts";

export const statementProvocations: Record<keyof typeof statementRemedies, Provocation> = {
  only_reads: statements("begin read only", "create table t ()"),
  transaction_state: statements("begin", "create database nowhere"),
  not_owner: asNobody("alter table owned add column more text"),
  database_denied: asNobody("create schema mine"),
  schema_denied: asNobody("create table closed.mine ()"),
  row_security: asNobody(`insert into guarded values ('${canary}')`),
  denied: asNobody("insert into owned values ('x')"),
  table_gone: statements("select from nowhere"),
  ledger_table_gone: statements("select from console.run_tables"),
  ledger_runs_gone: statements("select from console.runs"),
  column_gone: statements("select nothing from owned"),
  schema_gone: statements("create table nowhere.t ()"),
  already_there: statements("create table owned ()"),
  depended_on: statements("drop table viewed"),
  changed_meanwhile: statements(
    "create temporary table changed (a text)",
    "prepare reading as select * from changed",
    "alter table changed alter a type varchar(9)",
    "execute reading",
  ),
  not_supported: statements("select from elsewhere.public.owned"),
  of_a_statement: statements("select no_such_function()"),
  raised: statements(
    `create temporary table watched (id text);
     create function pg_temp.refuses() returns trigger language plpgsql as
       $$ begin raise exception 'not %', new.id using hint = new.id, detail = new.id; end $$;
     create trigger refuses before insert on watched for each row execute function pg_temp.refuses()`,
    `insert into watched values ('${canary}')`,
  ),
  external: played("38000", `it broke at ${canary}`),
  async foreign_login(ground) {
    await ground.sql.unsafe(`
      create extension if not exists postgres_fdw;
      create server beyond foreign data wrapper postgres_fdw options (host '/nowhere');
      create user mapping for public server beyond;
      create foreign table beyond (id text) server beyond;
      grant select on beyond to ${ground.role}`);
    return asNobody("select from beyond")(ground);
  },
  foreign_server: statements(
    "create extension if not exists postgres_fdw",
    "create server nowhere foreign data wrapper postgres_fdw options (nonsense 'x')",
  ),
};
