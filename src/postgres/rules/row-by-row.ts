import type { Rule } from "../catalog/rules.ts";
import type { Transaction } from "../connection/connect.ts";
import { type Fragment, sql } from "../connection/fragments.ts";
import { fetched } from "../live/row-lines.ts";
import type { ServerError } from "../remedies/server-words.ts";
import { asNamed, isSound, partsOf, type RuleRows, textsOf } from "./rows.ts";

/** A row that breaks a rule, or of which the rule cannot be told: then `state` and what the server says of it. */
export interface RowVerdict {
  line: number;
  shown: string | null;
  state: string | null;
  message: string | null;
  context: string | null;
}

/**
 * Looks at the rows one by one, where a statement on all of them fails by one of them: which it was, no statement says. Of
 * rules on several rows only those are told that keep it from being held at all. Takes time, and only a drop that is
 * rejected anyway is looked at in this way.
 */
export async function* rowByRow(tx: Transaction, rule: Rule, drop: RuleRows): AsyncGenerator<RowVerdict> {
  await tx`
    create or replace function pg_temp.console_row_by_row()
      returns table (line bigint, shown text, state text, message text, context text) language plpgsql as $console$
    #variable_conflict use_column
    declare
      x record;
      is_broken boolean;
    begin
      for x in select * from ${drop.rows} x
                where x."#line" is not null and ${isSound(drop, rule.columns)} order by x."#line" loop
        state := null;
        begin
          is_broken := (select count(*) filter (where v.broken) > 0 from (${verdictOn(rule, drop)}) v);
        exception when data_exception or cardinality_violation or external_routine_exception or plpgsql_error then
          get stacked diagnostics state = returned_sqlstate, message = message_text, context = pg_exception_context;
        end;
        if is_broken or state is not null then
          line := x."#line";
          shown := ${textsOf(drop, rule.columns)};
          return next;
        end if;
        is_broken := false;
      end loop;
    end $console$`;
  const found = tx<RowVerdict[]>`select * from pg_temp.console_row_by_row()`;
  for await (const some of found.cursor(fetched)) yield* some;
}

/** Of row `x`, in a column `broken`. */
function verdictOn(rule: Rule, drop: RuleRows): Fragment {
  const isFalse = (expression: string, row: Fragment) =>
    sql`select (${sql.unsafe(expression)}) is false as broken from ${row}`;
  if (rule.kind === "check" || rule.kind === "needed") return isFalse(rule.expression, asNamed(drop.table, "x"));
  if (rule.kind === "domain") {
    return isFalse(rule.expression, sql`(select x.${sql(rule.columns[0] ?? "")} as value) as held`);
  }
  // Whether it is beside another one is not asked here.
  return sql`select p.held and p is null as broken from ${partsOf(rule, drop, "x")}`;
}

/** What the server said, as an error of its own. */
export function errorOf({ state, message, context }: Pick<RowVerdict, "state" | "message" | "context">): ServerError {
  const none = {
    detail: "",
    hint: "",
    schema_name: "",
    table_name: "",
    column_name: "",
    constraint_name: "",
    file: "",
  };
  return { ...none, code: state ?? "", message: message ?? "", where: context ?? "" };
}
