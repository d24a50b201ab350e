import type { Sql } from "../../src/postgres/connection/connect.ts";
import type { Template } from "../helpers/server.ts";

/** A small table with something of everything, NULLs included. */
export const samples: Template = {
  name: "expectation-samples",
  async prepare(sql: Sql) {
    await sql`
      create table samples (
        id int primary key, small smallint, whole int, big bigint, amount numeric, ratio double precision,
        word text, code varchar(10), day date, at timestamp, seen timestamptz, flag boolean, nothing int,
        tag uuid, doc jsonb, "odd name" text, "say ""hi""" int)`;
    await sql`
      insert into samples values
      (1, 1, 10, 100, 1.5, 0.5, 'alpha', 'A-1', '2024-01-01', '2024-01-01 08:00', '2024-01-01 08:00+00', true, null,
       '00000000-0000-0000-0000-000000000001', '{"a": 1}', 'x', 1),
      (2, 2, 20, 200, 2.5, 1.5, 'beta', 'A-2', '2024-01-31', '2024-01-31 12:30:15.5', '2024-01-31 12:30+00', false, null,
       '00000000-0000-0000-0000-000000000002', '{}', 'y', 2),
      (3, 2, 20, 300, 3.5, 2.5, 'Gamma', 'B-1', '2024-02-29', '2024-02-29 23:59:59', '2024-02-29 23:59+00', true, null,
       null, null, 'x', 3),
      (4, null, 40, 400, 10, 100, '', 'B-22', '2023-12-31', '2023-12-31 00:00', '2023-12-31 00:00+00', null, null,
       null, '[]', null, 4),
      (5, 5, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)`;
    await sql`create table others as select id from samples where id < 4`;
    await sql`create table nobody (a int, b text, c numeric)`;
    await sql`create table odd_numbers (id int primary key, n numeric, f double precision, d date, t timestamp)`;
    await sql`
      insert into odd_numbers values (1, 'NaN', 'NaN', 'infinity', 'infinity'), (2, 'Infinity', 'Infinity', '-infinity', '-infinity'),
      (3, '-Infinity', '-Infinity', '2024-01-01', '2024-01-01'), (4, 1, 1, null, null)`;
  },
};
