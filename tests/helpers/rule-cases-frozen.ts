import type { RuleCase } from "./rule-cases.ts";

/** Rules that the snapshot table `s` has, or a partition of it, and the live table has not. */

const manifest = { t: { snapshot: "s" } };
const live = "create table t (id text primary key, a int, e text);";
const key = "primary key (id, as_of)";

export const frozenRuleCases: RuleCase[] = [
  {
    name: "a CHECK",
    manifest,
    tables: `${live} create table s (id text, as_of date, a int constraint few check (a < 9), ${key})`,
    drop: { t: "id,a,e\nx,9,\ny,8,\nz,10,\nw,,\nv,11,\n" },
    faults: ["t.csv:2 a check_broken 9", "t.csv:4 a check_broken 10", "t.csv:6 a check_broken 11"],
    rule: "few of s",
  },
  {
    name: "a CHECK of the date as well, over quoted lines",
    manifest,
    tables: `${live} create table s (e text, as_of date, id text, ${key},
      constraint short check (length(e) < extract(month from as_of) + 1))`,
    drop: { t: 'id,a,e\nx,1,"a\nb"\ny,2,a\nz,3,abcd\n"w",4,abc\n' },
    faults: ["t.csv:2 e check_broken a\\nb", "t.csv:5 e check_broken abcd", "t.csv:6 e check_broken abc"],
    rule: "short of s",
  },
  {
    name: "NOT NULL",
    manifest,
    tables: `${live} create table s (id text, as_of date, e text not null, ${key})`,
    drop: { t: "id,a,e\nx,1,\ny,2,q\nz,3,\nw,4,\n" },
    faults: ["t.csv:2 e null_forbidden ", "t.csv:4 e null_forbidden ", "t.csv:5 e null_forbidden "],
    rule: "of s wants a value",
  },
  {
    name: "a unique key of each date",
    manifest,
    tables: `${live} create table s (id text, as_of date, e text, ${key}, constraint one_e unique (as_of, e)) partition by list (as_of)`,
    before: { t: "id,a,e\nx,1,p\ny,2,q\nz,3,r\nw,4,\nv,5,\n" },
    drop: { t: "id,a,e\nx,1,p\ny,2,p\nz,3,r\nw,4,p\nv,5,\nu,6,r\nt,7,\n" },
    faults: ["t.csv:3 e unique_repeated p", "t.csv:5 e unique_repeated p", "t.csv:7 e unique_repeated r"],
    rule: "one_e of s",
  },
  {
    name: "a unique index of all dates",
    manifest,
    tables: `${live} create table s (id text, as_of date, e text, ${key}); create unique index one_e on s (lower(e)) where e <> 'n'`,
    before: { t: "id,a,e\nx,1,p\ny,2,q\nz,3,n\n" },
    drop: { t: "id,a,e\nx,1,P\ny,2,r\nz,3,R\nw,4,Q\nv,5,n\n" },
    faults: ["t.csv:2 e unique_repeated P", "t.csv:4 e unique_repeated R", "t.csv:5 e unique_repeated Q"],
    rule: "one_e of s",
  },
  {
    name: "a primary key of other columns",
    manifest,
    tables: `${live} create table s (id text, as_of date, e text, primary key (e, as_of))`,
    drop: { t: "id,a,e\nx,1,p\ny,2,p\nz,3,q\nw,4,q\nv,5,p\n" },
    faults: ["t.csv:3 e unique_repeated p", "t.csv:5 e unique_repeated q", "t.csv:6 e unique_repeated p"],
    rule: "s_pkey of s",
  },
  {
    name: "an exclusion constraint",
    manifest,
    tables: `${live} create table s (id text, as_of date, a int, ${key}, constraint apart exclude using gist (int4range(a, a + 3) with &&))`,
    before: { t: "id,a,e\nx,1,\n" },
    drop: { t: "id,a,e\nx,3,\ny,4,\nz,5,\nw,20,\nv,22,\n" },
    faults: [
      "t.csv:2 a rows_excluded 3",
      "t.csv:3 a rows_excluded 4",
      "t.csv:4 a rows_excluded 5",
      "t.csv:6 a rows_excluded 22",
    ],
    rule: "apart of s",
  },
  {
    name: "a foreign key to a table outside, and one to rows of the drop",
    manifest: { p: { snapshot: "ps" }, t: { snapshot: "s" } },
    tables: `create table p (e text primary key); create table ps (e text, as_of date, primary key (e, as_of));
      ${live} create table s (id text, as_of date, a int, e text, ${key}, constraint of_p foreign key (e, as_of) references ps,
        constraint of_live foreign key (e) references p)`,
    before: { p: "e\nq\n", t: "id,a,e\nx,1,q\n" },
    drop: { p: "e\nr\n", t: "id,a,e\nx,1,r\ny,2,q\nz,3,s\nw,4,\n" },
    faults: ["t.csv:3 e, as_of key_orphaned q", "t.csv:4 e key_orphaned s", "t.csv:4 e, as_of key_orphaned s"],
    rule: "of s has it",
  },
  {
    name: "the CHECK of a domain",
    manifest,
    tables: `create domain digit as int constraint one_digit check (value between 0 and 9);
      ${live} create table s (id text, as_of date, a digit, ${key})`,
    drop: { t: "id,a,e\nx,10,\ny,9,\nz,-1,\nw,,\nv,11,\n" },
    faults: ["t.csv:2 a check_broken 10", "t.csv:4 a check_broken -1", "t.csv:6 a check_broken 11"],
    rule: "one_digit of s",
  },
  {
    name: "rules of the one partition that is there already",
    manifest,
    tables: `${live} create table s (id text, as_of date, a int, e text, ${key}) partition by list (as_of);
      create table s_feb partition of s (constraint few check (a < 9)) for values in ('2024-02-29');
      create table s_jan partition of s (constraint none check (a < 0)) for values in ('2024-01-31')`,
    drop: { t: "id,a,e\nx,9,\ny,8,\nz,10,\nw,11,q\n" },
    faults: ["t.csv:2 a check_broken 9", "t.csv:4 a check_broken 10", "t.csv:5 a check_broken 11"],
    rule: "few of s_feb",
  },
  {
    name: "a column of its own, that is computed, and what a drop says nothing of",
    manifest: { t: { snapshot: "s", absent: ["e"] } },
    tables: `${live} create table s (id text, as_of date, a int, e text default 'd', ${key}, taken timestamptz not null default now(),
      twice int generated always as (a * 2) stored constraint small check (twice < 10),
      constraint told check (coalesce(e, '') <> 'd'), constraint "when" check (taken is not null))`,
    before: { t: "id,a,e\nx,1,q\n" },
    drop: { t: "id,a\nx,5\ny,4\nz,6\nw,7\n" },
    faults: ["t.csv:2 a check_broken 5", "t.csv:4 a check_broken 6", "t.csv:5 a check_broken 7"],
    rule: "small of s",
  },
];
