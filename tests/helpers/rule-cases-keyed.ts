import type { RuleCase } from "./rule-cases.ts";

/** Rules whose keys begin as the table's own does, so that rows of which they speak lie together where tables are spread. */
export const keyedRuleCases: RuleCase[] = [
  {
    name: "a unique key within a region, against the drop and live rows",
    tables:
      "create table t (region text, id int, email text, primary key (region, id), constraint one_mail unique (region, email))",
    before: { t: "region,id,email\neu,1,x\neu,2,y\nus,1,x\n" },
    drop: { t: "region,id,email\neu,2,z\neu,3,x\nus,3,y\neu,4,y\neu,5,y\nus,4,x\n" },
    faults: [
      "t.csv:3 region, email unique_repeated eu, x",
      "t.csv:6 region, email unique_repeated eu, y",
      "t.csv:7 region, email unique_repeated us, x",
    ],
    rule: "one_mail",
  },
  {
    name: "a unique key within a region that is looked at last, for which NULL is a value",
    tables: `create table t (region text, id int, n int, primary key (region, id),
      constraint late unique nulls not distinct (region, n) deferrable initially deferred)`,
    before: { t: "region,id,n\neu,1,1\neu,2,2\nus,1,\n" },
    drop: { t: "region,id,n\neu,1,2\neu,2,1\neu,3,1\neu,4,\neu,5,\nus,2,\n" },
    faults: [
      "t.csv:4 region, n unique_repeated eu, 1",
      "t.csv:6 region, n unique_repeated eu, ",
      "t.csv:7 region, n unique_repeated us, ",
    ],
    rule: "late",
  },
  {
    name: "a unique index of an expression, of a part of the rows within a region",
    tables: `create table t (region text, id int, email text, gone bool, primary key (region, id));
      create unique index one_mail on t (region, lower(email)) where not gone`,
    before: { t: "region,id,email,gone\neu,1,X,False\neu,2,Y,True\n" },
    drop: {
      t: "region,id,email,gone\neu,3,x,False\neu,4,y,False\neu,5,Y,False\neu,6,Y,True\nus,1,y,False\nus,2,Y,False\n",
    },
    faults: [
      "t.csv:2 region, email, gone unique_repeated eu, x, False",
      "t.csv:4 region, email, gone unique_repeated eu, Y, False",
      "t.csv:7 region, email, gone unique_repeated us, Y, False",
    ],
    rule: "one_mail",
  },
  {
    name: "an exclusion constraint within a room, against the drop and live rows",
    tables: `
      create table t (room int4range, id int, during daterange, primary key (room, id),
        constraint apart exclude using gist (room with =, during with &&))`,
    before: { t: 'room,id,during\n"[1,2)",1,"[2024-01-01,2024-01-05)"\n' },
    drop: {
      t: 'room,id,during\n"[1,2)",2,"[2024-01-04,2024-01-06)"\n"[2,3)",3,"[2024-01-01,2024-01-03)"\n"[2,3)",4,"[2024-01-02,2024-01-04)"\n"[2,3)",5,"[2024-01-03,2024-01-09)"\n"[3,4)",6,"[2024-01-03,2024-01-09)"\n',
    },
    faults: [
      "t.csv:2 room, during rows_excluded [1,2), [2024-01-04,2024-01-06)",
      "t.csv:4 room, during rows_excluded [2,3), [2024-01-02,2024-01-04)",
      "t.csv:5 room, during rows_excluded [2,3), [2024-01-03,2024-01-09)",
    ],
    rule: "apart",
  },
  {
    name: "a foreign key of a part of the key, to another table of the drop, NULL in part",
    tables: `
      create table plans (region text, code int, primary key (region, code));
      create table t (region text, id int, code int, primary key (region, id),
        constraint of_plan foreign key (region, code) references plans)`,
    manifest: { plans: {}, t: {} },
    before: { plans: "region,code\neu,1\n", t: "region,id,code\neu,1,1\n" },
    drop: {
      plans: "region,code\neu,2\nus,1\n",
      t: "region,id,code\neu,2,2\neu,3,1\neu,4,\neu,5,3\nus,1,2\nus,2,01\nat,1,1\n",
    },
    faults: [
      "t.csv:5 region, code key_orphaned eu, 3",
      "t.csv:6 region, code key_orphaned us, 2",
      "t.csv:8 region, code key_orphaned at, 1",
    ],
    rule: "of_plan",
  },
  {
    name: "a foreign key that is not valid for what was there before it, and may not be NULL in part",
    tables: `
      create table plans (region text, code int, primary key (region, code));
      create table t (region text, id int, code int, primary key (region, id))`,
    manifest: { plans: {}, t: {} },
    before: { plans: "region,code\neu,1\n", t: "region,id,code\neu,1,7\neu,2,\n" },
    later:
      "alter table ruled.t add constraint of_plan foreign key (region, code) references ruled.plans match full not valid",
    drop: { plans: "region,code\neu,1\n", t: "region,id,code\neu,1,7\neu,2,\neu,3,\neu,4,1\neu,5,7\nus,1,1\n" },
    faults: [
      "t.csv:4 region, code key_orphaned eu, ",
      "t.csv:6 region, code key_orphaned eu, 7",
      "t.csv:7 region, code key_orphaned us, 1",
    ],
    rule: "of_plan",
  },
  {
    name: "a foreign key to the table itself, within a region",
    tables: `create table t (region text, id int, boss int, primary key (region, id),
      constraint of_boss foreign key (region, boss) references t)`,
    before: { t: "region,id,boss\neu,1,\neu,2,1\n" },
    drop: { t: "region,id,boss\neu,3,2\neu,4,3\nus,3,2\nus,1,1\neu,5,6\nat,1,1\neu,7,1\nus,4,9\n" },
    faults: [
      "t.csv:4 region, boss key_orphaned us, 2",
      "t.csv:6 region, boss key_orphaned eu, 6",
      "t.csv:9 region, boss key_orphaned us, 9",
    ],
    rule: "of_boss",
  },
  {
    name: "a value that rows of another table of the drop refer to",
    tables: `
      create table people (region text, id int, email text, primary key (region, id), unique (region, email));
      create table t (region text, id int, email text, primary key (region, id),
        constraint by_mail foreign key (region, email) references people (region, email))`,
    manifest: { people: {}, t: {} },
    before: {
      people: "region,id,email\neu,1,x\neu,2,y\neu,3,z\neu,4,w\n",
      t: "region,id,email\neu,1,x\neu,2,y\neu,3,z\n",
    },
    drop: {
      people: "region,id,email\neu,1,x1\neu,2,y1\neu,3,\neu,4,w1\n",
      t: "region,id,email\neu,1,\neu,2,\neu,3,\n",
    },
    faults: [
      "people.csv:2 region, email key_in_use eu, x1",
      "people.csv:3 region, email key_in_use eu, y1",
      "people.csv:4 region, email key_in_use eu, ",
    ],
    rule: "by_mail",
  },
  {
    name: "a partitioned table of one level that has no partition for a row",
    tables: `
      create table t (id text, region text, primary key (id, region)) partition by list (region);
      create table t_eu partition of t for values in ('eu', 'uk'); create table t_us partition of t for values in ('us')`,
    drop: { t: "id,region\na,eu\nb,us\nc,fr\nd,cn\ne,EU\n" },
    faults: ["t.csv:4 region check_broken fr", "t.csv:5 region check_broken cn", "t.csv:6 region check_broken EU"],
    rule: "the partitions of t",
  },
];
