import type { RuleCase } from "./rule-cases.ts";

/** Values that go round among rows, in tables that do not let rows be taken out for a moment. */

const live = "create table t (id int primary key, seat text not null constraint one_seat unique, n int);";
const before = { t: "id,seat,n\n1,a,\n2,b,\n3,c,\n4,d,\n5,e,\n6,f,\n" };
/** 4 waits for the circle, 5 for 6, which waits for nobody, and 7 is new. */
const drop = { t: "id,seat,n\n1,b,\n2,c,\n3,a,\n4,a1,\n5,f,\n6,g,1\n7,d,\n" };
const circle = ["t.csv:2 seat values_circle b", "t.csv:3 seat values_circle c", "t.csv:4 seat values_circle a"];

export const ringCases: RuleCase[] = [
  {
    name: "a circle in a table with a trigger",
    tables: `${live} create function ruled.seen() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger watch before update on t for each row execute function ruled.seen()`,
    before,
    drop,
    faults: circle,
    rule: "it has the trigger watch",
  },
  {
    name: "a circle of rows that others would go with",
    tables: `${live} create table q (id int constraint goes references t on delete cascade)`,
    before,
    drop,
    faults: circle,
    rule: "by goes of ruled.q",
  },
  {
    name: "a circle by what may be NULL for its column, and not for a CHECK",
    tables: `${live.replace("not null", "")} alter table t add constraint wanted check (seat is not null or coalesce(n, 1) = 0);
      create function ruled.seen() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger watch before update on t for each row execute function ruled.seen()`,
    before,
    drop,
    faults: circle,
    rule: "it has the trigger watch",
  },
  {
    name: "two circles by several rules, one of them an exclusion, in a table that refers to itself",
    tables: `create table t (id int primary key, boss int references t, a int not null constraint one_a unique, b int4range not null,
      constraint apart exclude using gist (b with &&))`,
    before: { t: 'id,boss,a,b\n1,,1,"[1,2)"\n2,1,2,"[2,3)"\n3,1,3,"[3,4)"\n4,1,4,"[4,5)"\n' },
    drop: { t: 'id,boss,a,b\n1,,2,"[1,2)"\n2,1,7,"[5,6)"\n3,1,4,"[3,4)"\n4,1,3,"[4,5)"\n' },
    faults: ["t.csv:4 a values_circle 4", "t.csv:5 a values_circle 3"],
    rule: "one_a",
  },
];
