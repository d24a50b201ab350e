import type { RuleCase } from "./rule-cases.ts";

/** What a partition of a live table demands of its rows besides what all have to be. */

const parts = `create table t (id text, r int, a int, primary key (id, r)) partition by list (r);
  create table t1 partition of t for values in (1);
  create table t2 partition of t for values in (2, 3) partition by range (id);
  create table t2a partition of t2 for values from ('a') to ('n');
  create table t2b partition of t2 default;`;
/** Every other row goes to a partition where nothing is demanded. */
const drop = { t: "id,r,a\nk,1,1\nl,2,1\nm,1,6\nn,2,6\no,1,7\np,3,7\nq,1,9\n" };

export const partitionCases: RuleCase[] = [
  {
    name: "a CHECK of a partition",
    tables: `${parts} alter table t1 add constraint few check (a < 5)`,
    drop,
    faults: ["t.csv:4 a, r check_broken 6, 1", "t.csv:6 a, r check_broken 7, 1", "t.csv:8 a, r check_broken 9, 1"],
    rule: "few",
  },
  {
    name: "a CHECK of a partition of a partition",
    tables: `${parts} alter table t2a add constraint low check (a < 90); alter table t2b add constraint given check (a is not null)`,
    drop: { t: "id,r,a\nk,1,\nl,2,\nm,2,3\nn,3,\no,2,\np,2,\nq,2,1\n" },
    faults: [
      "t.csv:5 a, id, r check_broken , n, 3",
      "t.csv:6 a, id, r check_broken , o, 2",
      "t.csv:7 a, id, r check_broken , p, 2",
    ],
    rule: "given",
  },
  {
    name: "what a partition has once, with live rows of others beside it",
    tables: `${parts} create unique index once on t1 (a)`,
    before: { t: "id,r,a\nx,1,6\ny,2,7\n" },
    drop: { t: "id,r,a\nk,1,1\nl,2,1\nm,1,6\nn,2,6\no,1,7\np,1,7\nq,1,1\n" },
    faults: [
      "t.csv:4 a, r unique_repeated 6, 1",
      "t.csv:7 a, r unique_repeated 7, 1",
      "t.csv:8 a, r unique_repeated 1, 1",
    ],
    rule: "once",
  },
  {
    name: "a foreign key of a partition, to a table outside the dataset",
    tables: `${parts} create table o (n int primary key); insert into o values (1);
      alter table t1 add constraint leads foreign key (a) references o`,
    drop,
    faults: ["t.csv:4 a key_orphaned 6", "t.csv:6 a key_orphaned 7", "t.csv:8 a key_orphaned 9"],
    rule: "leads",
  },
  {
    name: "a foreign key of a partition, to what is unique in another file",
    manifest: { p: {}, t: {} },
    tables: `${parts} create table p (k text primary key, n int unique);
      alter table t1 add constraint leads foreign key (a) references p (n)`,
    drop: { ...drop, p: "k,n\nx,1\ny,2\n" },
    faults: ["t.csv:4 a key_orphaned 6", "t.csv:6 a key_orphaned 7", "t.csv:8 a key_orphaned 9"],
    rule: "leads",
  },
  {
    name: "a trigger of a partition",
    tables: `${parts} create function ruled.guard() returns trigger language plpgsql as $$
        begin if new.a > 5 then raise exception 'secret' using column = 'a'; end if; return new; end $$;
      create trigger watch before insert on t1 for each row execute function ruled.guard()`,
    drop,
    faults: ["t.csv:4 a row_refused 6", "t.csv:6 a row_refused 7", "t.csv:8 a row_refused 9"],
    rule: "the trigger watch of t1, by its function guard,",
  },
];
