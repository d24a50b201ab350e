import type { ManifestTable, Texts } from "./ruled.ts";

/** A kind of rule, and a drop that breaks it three times. */
export interface RuleCase {
  name: string;
  tables: string;
  manifest?: Record<string, ManifestTable>;
  /** A drop that is published first; none where nothing is live. */
  before?: Texts;
  /** What is made of the tables then. */
  later?: string;
  drop: Texts;
  /** `file:line column code value`, as `told` gives them. */
  faults: string[];
  /** What each reason names. */
  rule: string;
  /** Where the run stops, if that has to be told. */
  stage?: string;
}

const nd = "create collation nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";

export const ruleCases: RuleCase[] = [
  {
    name: "a CHECK of one column, which NULL passes",
    tables: "create table t (id text primary key, age int constraint grown check (age >= 18))",
    drop: { t: "id,age\na,17\nb,18\nc,\nd,3\ne,-1\n" },
    faults: ["t.csv:2 age check_broken 17", "t.csv:5 age check_broken 3", "t.csv:6 age check_broken -1"],
    rule: "grown",
  },
  {
    name: "a CHECK of several columns",
    tables: `create table t (id text primary key, "from" date, "to" date, constraint "in order" check ("from" < "to"))`,
    drop: {
      t: "id,to,from\na,2024-01-01,2024-01-02\nb,2024-01-02,2024-01-01\nc,2024-01-01,2024-01-01\nd,2023-01-01,2024-01-01\n",
    },
    faults: [
      "t.csv:2 from, to check_broken 2024-01-02, 2024-01-01",
      "t.csv:4 from, to check_broken 2024-01-01, 2024-01-01",
      "t.csv:5 from, to check_broken 2024-01-01, 2023-01-01",
    ],
    rule: "in order",
  },
  {
    name: "a CHECK by a function, over lines of quoted text",
    tables: `
      create function ruled.tidy(text) returns boolean language sql immutable as $$ select $1 !~ '!' $$;
      create table t (id text primary key, note text constraint tidy check (ruled.tidy(note)))`,
    drop: { t: 'id,note\na,"two\nlines!"\nb,ok\nc,"x!"\n"d","""!"""\n' },
    faults: ["t.csv:2 note check_broken two\\nlines!", "t.csv:5 note check_broken x!", 't.csv:6 note check_broken "!"'],
    rule: "tidy",
  },
  {
    name: "a CHECK of the row as a whole",
    tables: "create table t (id text primary key, a int, b int, constraint full_row check (t.* is not null))",
    drop: { t: "id,a,b\na,1,\nb,1,2\nc,,2\nd,,\n" },
    faults: [
      "t.csv:2 undefined check_broken undefined",
      "t.csv:4 undefined check_broken undefined",
      "t.csv:5 undefined check_broken undefined",
    ],
    rule: "full_row",
  },
  {
    name: "a CHECK that is not valid for what was there before it",
    tables: "create table t (id text primary key, n int)",
    before: { t: "id,n\na,-1\nb,1\nc,1\n" },
    later: "alter table ruled.t add constraint positive check (n > 0) not valid",
    drop: { t: "id,n\na,-1\nb,-2\nc,-3\nd,-4\n" },
    faults: ["t.csv:3 n check_broken -2", "t.csv:4 n check_broken -3", "t.csv:5 n check_broken -4"],
    rule: "positive",
  },
  {
    name: "the CHECK of a domain",
    tables:
      "create domain share as numeric constraint at_most_one check (value <= 1); create table t (id text primary key, s share)",
    drop: { t: "id,s\na,1.5\nb,1\nc,\nd,2\ne,3\n" },
    faults: ["t.csv:2 s check_broken 1.5", "t.csv:5 s check_broken 2", "t.csv:6 s check_broken 3"],
    rule: "at_most_one",
  },
  {
    name: "the CHECKs of a domain over a domain",
    tables: `
      create domain positive as int constraint above check (value > 0);
      create domain digit as positive constraint below check (value < 10); create table t (id text primary key, d digit)`,
    drop: { t: "id,d\na,0\nb,10\nc,5\nd,11\n" },
    faults: ["t.csv:2 d check_broken 0", "t.csv:3 d check_broken 10", "t.csv:5 d check_broken 11"],
    rule: "",
  },
  {
    name: "an enumeration, which only the server knows",
    tables: "create type mood as enum ('good', 'bad'); create table t (id text primary key, m mood)",
    drop: { t: "id,m\na,good\nb,Good\nc,\nd,so so\ne,none\n" },
    faults: ["t.csv:3 m not_of_type Good", "t.csv:5 m not_of_type so so", "t.csv:6 m not_of_type none"],
    rule: "mood",
  },
  {
    name: "a second unique key",
    tables: "create table t (id text primary key, email text constraint one_mail unique)",
    drop: { t: "id,email\na,x\nb,x\nc,\nd,\ne,x\nf,y\ng,y\n" },
    faults: ["t.csv:3 email unique_repeated x", "t.csv:6 email unique_repeated x", "t.csv:8 email unique_repeated y"],
    rule: "one_mail",
  },
  {
    name: "a unique key that live rows hold which are not in the drop",
    tables: "create table t (id text primary key, email text constraint one_mail unique)",
    before: { t: "id,email\na,x\nb,y\nc,z\nd,w\n" },
    drop: { t: "id,email\nd,x\ne,y\nf,z\ng,w\n" },
    faults: ["t.csv:2 email unique_repeated x", "t.csv:3 email unique_repeated y", "t.csv:4 email unique_repeated z"],
    rule: "one_mail",
  },
  {
    name: "a unique key of several columns",
    tables: "create table t (id text primary key, a int, b numeric, constraint pair unique (a, b))",
    drop: { t: "id,a,b\na,1,1.0\nb,01,1\nc,1,1.00\nd,1,\ne,1,\nf,2,1\ng,2,1.0\n" },
    faults: [
      "t.csv:3 a, b unique_repeated 01, 1",
      "t.csv:4 a, b unique_repeated 1, 1.00",
      "t.csv:8 a, b unique_repeated 2, 1.0",
    ],
    rule: "pair",
  },
  {
    name: "a unique key for which NULL is a value",
    tables: "create table t (id text primary key, a int constraint one_null unique nulls not distinct)",
    drop: { t: "id,a\na,\nb,\nc,1\nd,\ne,1\n" },
    faults: ["t.csv:3 a unique_repeated ", "t.csv:5 a unique_repeated ", "t.csv:6 a unique_repeated 1"],
    rule: "one_null",
  },
  {
    name: "a unique index of a part of the rows",
    tables:
      "create table t (id text primary key, seat int, gone bool); create unique index taken on t (seat) where not gone",
    drop: { t: "id,seat,gone\na,1,False\nb,1,True\nc,1,False\nd,2,False\ne,2,False\nf,2,False\n" },
    faults: [
      "t.csv:4 seat, gone unique_repeated 1, False",
      "t.csv:6 seat, gone unique_repeated 2, False",
      "t.csv:7 seat, gone unique_repeated 2, False",
    ],
    rule: "taken",
  },
  {
    name: "a unique index of an expression",
    tables: "create table t (id text primary key, email text); create unique index one_mail on t (lower(email))",
    drop: { t: "id,email\na,X\nb,x\nc,Y\nd,y\ne,Z\nf,z\n" },
    faults: ["t.csv:3 email unique_repeated x", "t.csv:5 email unique_repeated y", "t.csv:7 email unique_repeated z"],
    rule: "one_mail",
  },
  {
    name: "a unique key in a collation for which other letters are the same",
    tables: `${nd}; create table t (id text primary key, name text collate nd constraint one_name unique)`,
    drop: { t: "id,name\na,Ada\nb,ADA\nc,Bob\nd,bob\ne,Eve\nf,eVe\n" },
    faults: [
      "t.csv:3 name unique_repeated ADA",
      "t.csv:5 name unique_repeated bob",
      "t.csv:7 name unique_repeated eVe",
    ],
    rule: "one_name",
  },
  {
    name: "a unique key that is looked at last",
    tables: "create table t (id text primary key, n int constraint late unique deferrable initially deferred)",
    before: { t: "id,n\na,1\nb,2\nc,3\n" },
    drop: { t: "id,n\na,2\nb,1\nd,1\ne,2\nf,3\n" },
    faults: ["t.csv:4 n unique_repeated 1", "t.csv:5 n unique_repeated 2", "t.csv:6 n unique_repeated 3"],
    rule: "late",
  },
  {
    name: "an exclusion constraint, against the drop and live rows",
    tables: `
      create table t (id text primary key, room int4range, during daterange,
        constraint apart exclude using gist (room with =, during with &&))`,
    before: { t: 'id,room,during\na,"[1,2)","[2024-01-01,2024-01-05)"\n' },
    drop: {
      t: 'id,room,during\nb,"[1,2)","[2024-01-04,2024-01-06)"\nc,"[2,3)","[2024-01-01,2024-01-03)"\nd,"[2,3)","[2024-01-02,2024-01-04)"\ne,"[2,3)","[2024-01-03,2024-01-09)"\nf,"[3,4)","[2024-01-03,2024-01-09)"\n',
    },
    faults: [
      "t.csv:2 room, during rows_excluded [1,2), [2024-01-04,2024-01-06)",
      "t.csv:4 room, during rows_excluded [2,3), [2024-01-02,2024-01-04)",
      "t.csv:5 room, during rows_excluded [2,3), [2024-01-03,2024-01-09)",
    ],
    rule: "apart",
  },
  {
    name: "a foreign key to a table outside of the dataset",
    tables: `
      create table plans (code int primary key); insert into plans values (7);
      create table t (id text primary key, plan int constraint of_plan references plans)`,
    drop: { t: "id,plan\na,007\nb,8\nc,\nd,9\ne,10\n" },
    faults: ["t.csv:3 plan key_orphaned 8", "t.csv:5 plan key_orphaned 9", "t.csv:6 plan key_orphaned 10"],
    rule: "of_plan",
  },
  {
    name: "a foreign key to another table of the drop by a column that is not its own key",
    tables: `
      create table plans (code text primary key); create table t (id text primary key, plan text constraint of_plan references plans)`,
    manifest: { plans: {}, t: {} },
    before: { plans: "code\nold\n", t: "id,plan\nz,old\n" },
    drop: { plans: "code\nnew\n", t: "id,plan\na,new\nb,old\nc,none\nd,New\ne,NEW\n" },
    faults: ["t.csv:4 plan key_orphaned none", "t.csv:5 plan key_orphaned New", "t.csv:6 plan key_orphaned NEW"],
    rule: "of_plan",
  },
  {
    name: "a foreign key of several columns, NULL in part",
    tables: `
      create table plans (region text, code int, primary key (region, code)); insert into plans values ('eu', 1);
      create table t (id text primary key, region text, code int, constraint of_plan foreign key (region, code) references plans)`,
    drop: { t: "id,region,code\na,eu,1\nb,us,1\nc,eu,\nd,eu,2\ne,us,2\n" },
    faults: [
      "t.csv:3 region, code key_orphaned us, 1",
      "t.csv:5 region, code key_orphaned eu, 2",
      "t.csv:6 region, code key_orphaned us, 2",
    ],
    rule: "of_plan",
  },
  {
    name: "a foreign key of several columns that may not be NULL in part",
    tables: `
      create table plans (region text, code int, primary key (region, code)); insert into plans values ('eu', 1);
      create table t (id text primary key, region text, code int,
        constraint of_plan foreign key (region, code) references plans match full)`,
    drop: { t: "id,region,code\na,eu,1\nb,,\nc,eu,\nd,,1\ne,us,1\n" },
    faults: [
      "t.csv:4 region, code key_orphaned eu, ",
      "t.csv:5 region, code key_orphaned , 1",
      "t.csv:6 region, code key_orphaned us, 1",
    ],
    rule: "of_plan",
  },
  {
    name: "a foreign key to a unique column that the drop changes",
    tables: `
      create table people (id text primary key, email text unique);
      create table t (id text primary key, email text constraint of_person references people (email) on update cascade)`,
    manifest: { people: {}, t: {} },
    before: { people: "id,email\na,x\nb,y\n", t: "id,email\n1,x\n" },
    drop: { people: "id,email\na,z\n", t: "id,email\n1,z\n2,x\n3,y\n4,x\n5,w\n" },
    faults: ["t.csv:3 email key_orphaned x", "t.csv:5 email key_orphaned x", "t.csv:6 email key_orphaned w"],
    rule: "of_person",
  },
  {
    name: "a value that rows of a table outside refer to",
    tables: "create table t (id text primary key, email text unique); create table letters (to_whom text)",
    before: { t: "id,email\na,x\nb,y\nc,z\nd,w\ne,v\n" },
    later: `
      insert into ruled.letters values ('x'), ('y'), ('z'), ('v'), ('v');
      alter table ruled.letters add constraint by_mail foreign key (to_whom) references ruled.t (email)`,
    drop: { t: "id,email\na,x1\nb,y1\nc,\nd,w1\ne,v\n" },
    faults: ["t.csv:2 email key_in_use x1", "t.csv:3 email key_in_use y1", "t.csv:4 email key_in_use "],
    rule: "by_mail",
  },
  {
    name: "a partitioned table that has no partition for a row",
    tables: `
      create table t (id text, region text, primary key (id, region)) partition by list (region);
      create table t_eu partition of t for values in ('eu', 'uk') partition by list (region);
      create table t_eu_eu partition of t_eu for values in ('eu'); create table t_us partition of t for values in ('us')`,
    drop: { t: "id,region\na,eu\nb,us\nc,uk\nd,cn\ne,EU\n" },
    faults: ["t.csv:4 region check_broken uk", "t.csv:5 region check_broken cn", "t.csv:6 region check_broken EU"],
    rule: "the partitions of t",
  },
  {
    name: "a foreign key to the table itself",
    tables: "create table t (id int primary key, boss int constraint of_boss references t)",
    before: { t: "id,boss\n1,\n2,1\n" },
    drop: { t: "id,boss\n1,4\n3,2\n4,3\n5,6\n6,7\n7,8\n8,9\n9,10\n10,11\n12,13\n13,14\n14,15\n15,16\n" },
    faults: ["t.csv:10 boss key_orphaned 11", "t.csv:14 boss key_orphaned 16"],
    rule: "of_boss",
  },
  {
    name: "a deferred foreign key",
    tables: `
      create table plans (code int primary key); create table t (id text primary key,
        plan int constraint of_plan references plans deferrable initially deferred)`,
    drop: { t: "id,plan\na,1\nb,2\nc,3\n" },
    faults: ["t.csv:2 plan key_orphaned 1", "t.csv:3 plan key_orphaned 2", "t.csv:4 plan key_orphaned 3"],
    rule: "of_plan",
  },
  {
    name: "a foreign key that is not valid for what was there before it",
    tables: `
      create table plans (code int primary key);
      create table t (id text primary key, plan int);
      alter table t add constraint of_plan foreign key (plan) references plans not valid`,
    drop: { t: "id,plan\na,1\nb,2\nc,3\nd,\n" },
    faults: ["t.csv:2 plan key_orphaned 1", "t.csv:3 plan key_orphaned 2", "t.csv:4 plan key_orphaned 3"],
    rule: "of_plan",
  },
  {
    name: "a generated column's CHECK",
    tables: `create table t (id text primary key, a int, twice int generated always as (a * 2) stored constraint small check (twice < 10))`,
    drop: { t: "id,a\na,5\nb,4\nc,6\nd,7\n" },
    faults: ["t.csv:2 a check_broken 5", "t.csv:4 a check_broken 6", "t.csv:5 a check_broken 7"],
    rule: "small",
  },
  {
    name: "a CHECK of a column that the drop says nothing of",
    tables: "create table t (id text primary key, n int, most int default 5, constraint within check (n <= most))",
    manifest: { t: { absent: ["most"] } },
    before: { t: "id,n,most\na,1,9\n" },
    drop: { t: "id,n\na,9\nb,5\nc,6\nd,7\ne,8\n" },
    faults: ["t.csv:4 n, most check_broken 6", "t.csv:5 n, most check_broken 7", "t.csv:6 n, most check_broken 8"],
    rule: "within",
  },
];
