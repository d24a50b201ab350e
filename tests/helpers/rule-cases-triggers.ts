import type { RuleCase } from "./rule-cases.ts";

/** What a trigger refuses, in a live table or a snapshot table. */

const guard = (name: string, condition: string) => `
  create function ruled.${name}() returns trigger language plpgsql as $$
    begin if ${condition} then raise exception 'secret %', new; end if; return new; end $$;`;
const refused = (...lines: number[]) => lines.map((line) => `t.csv:${line} undefined row_refused undefined`);
const live = "create table t (id text primary key, n int);";
const frozen = "create table s (id text, as_of date, n int, primary key (id, as_of))";

export const triggerCases: RuleCase[] = [
  {
    name: "a trigger that raises before a row is added, or one is changed",
    tables: `${guard("guard", "new.n > 5 or new.n < old.n")} ${live}
      create trigger watch before insert or update on t for each row execute function ruled.guard()`,
    before: { t: "id,n\na,1\nb,2\nc,3\n" },
    drop: { t: "id,n\na,0\nb,2\nc,4\nd,6\ne,5\nf,7\n" },
    faults: refused(2, 5, 7),
    rule: "the trigger watch of t, by its function guard,",
  },
  {
    name: "a trigger that raises of rows that stay as they are is not asked",
    tables: live,
    before: { t: "id,n\na,9\nb,2\n" },
    later: `${guard("guard", "new.n > 5").replace("ruled.guard", "ruled.guard")}
      create trigger watch before insert or update on ruled.t for each row execute function ruled.guard()`,
    drop: { t: "id,n\na,9\nb,6\nc,7\nd,8\n" },
    faults: refused(3, 4, 5),
    rule: "watch",
  },
  {
    name: "a trigger whose error names a column, or a constraint, and one that names a value as such",
    tables: `create function ruled.guard() returns trigger language plpgsql as $$
        begin
          if new.n > 7 then raise exception 'secret' using column = new.id, constraint = new.id; end if;
          if new.n > 5 then raise check_violation using column = 'n', constraint = 'small', table = 't'; end if;
          return new;
        end $$; ${live}
      create trigger watch before insert on t for each row execute function ruled.guard()`,
    drop: { t: "id,n\na,1\nb,6\nc,8\nd,7\n" },
    faults: ["t.csv:3 n row_refused 6", "t.csv:5 n row_refused 7", ...refused(4)],
    rule: "the trigger watch of t, by its function guard, refuses the row",
  },
  {
    name: "a constraint trigger that fires last, and writes elsewhere",
    tables: `create table log (id text); create function ruled.after() returns trigger language plpgsql as $$
        begin
          insert into ruled.log values (new.id);
          if exists (select from t where t.n = new.n and t.id <> new.id) then raise check_violation; end if;
          return null;
        end $$; alter function ruled.after() set search_path = ruled; ${live}
      create constraint trigger late after insert on t deferrable initially deferred for each row execute function ruled.after()`,
    drop: { t: "id,n\na,1\nb,1\nc,2\nd,2\ne,2\nf,4\n" },
    faults: refused(3, 5, 6),
    rule: "late",
  },
  {
    name: "a trigger of the snapshot table",
    manifest: { t: { snapshot: "s" } },
    tables: `${guard("guard", "new.n > extract(day from new.as_of)")} ${live} ${frozen};
      create trigger "Watch it" before insert on s for each row when (new.n <> 99) execute function ruled.guard()`,
    before: { t: "id,n\na,31\n" },
    drop: { t: "id,n\na,31\nb,29\nc,30\nd,99\ne,50\n" },
    faults: refused(2, 4, 6),
    rule: "the trigger Watch it of s",
  },
];
