import type { RuledTable } from "../catalog/ruled-tables.ts";
import type { ExclusionRule, UniqueRule } from "../catalog/rules.ts";
import type { Transaction } from "../connection/connect.ts";
import { every, type Fragment, list, qualified, sql } from "../connection/fragments.ts";
import { fetched } from "../live/row-lines.ts";
import { letsGo, orderedRules } from "../live/waiting.ts";
import { isSound, partsOf, type RuleRows, textsOf } from "./rows.ts";

/** A row that takes, from a row of the drop as it is live, what a rule has once, and that goes round so in a circle. */
interface Ringed {
  line: number | null;
  /** Where the row stands that has it. */
  other: number | null;
  shown: string | null;
  /** Which rule it is, by its number among those of `heldRules`. */
  rule: number;
}

/** The rules for which no row can let go of its value for a moment. */
export function heldRules(table: RuledTable, carried: readonly string[]): (UniqueRule | ExclusionRule)[] {
  return orderedRules(table).filter((rule) => !letsGo(table, rule, carried));
}

/**
 * Rows that go round in a circle with what is unique. Of who takes what from whom those are left out, again and again, who take it
 * from nobody, and of whom nobody takes: what is left are the circles. A cluster's nodes send the rows that take what another
 * has, which are none unless values go from row to row.
 */
export async function* ringedRows(
  tx: Transaction,
  table: RuledTable,
  drop: RuleRows,
  carried: readonly string[],
): AsyncGenerator<Ringed> {
  const rules = heldRules(table, carried);
  if (rules.length === 0) return;
  await tx`drop table if exists pg_temp.console_rings`;
  const takings = rules.map((rule, number) => takingsBy(rule, number, table, drop));
  const all = takings.reduce((joined, one) => sql`${joined} union all ${one}`);
  const { count } = await tx`create temporary table console_rings on commit drop as ${all}`;
  for (let left = count; left > 0; ) {
    const { count: gone } = await tx`
      delete from pg_temp.console_rings r
       where not exists (select from pg_temp.console_rings f where f.taker = r.taken)
          or not exists (select from pg_temp.console_rings f where f.taken = r.taker)`;
    if (gone === 0) break;
    left -= gone;
  }
  const found = tx<Ringed[]>`select line, other, shown, rule from pg_temp.console_rings order by line`;
  for await (const some of found.cursor(fetched)) yield* some;
}

/** Of each row `x` of the drop, the rows `y` whose live values it takes. */
function takingsBy(rule: UniqueRule | ExclusionRule, number: number, table: RuledTable, drop: RuleRows): Fragment {
  const { live } = table;
  const meets = rule.parts.map((_, at) => {
    const place = sql(`p${at}`);
    if (rule.kind === "exclusion") return sql`o.${place} ${sql.unsafe(rule.operators[at] ?? "=")} own.${place}`;
    return rule.nullsDistinct ? sql`o.${place} = own.${place}` : sql`o.${place} is not distinct from own.${place}`;
  });
  const keys = (alias: "x" | "y" | "l") => list(live.key.map((name) => sql`${sql(alias)}.${sql(name)}`));
  const isSame = (one: "x" | "y" | "l", other: "x" | "y" | "l") =>
    every(live.key.map((name) => sql`${sql(one)}.${sql(name)} = ${sql(other)}.${sql(name)}`));
  const read = [...new Set([...rule.columns, ...live.key])];
  const values = list(rule.parts.map((_, at) => sql`p.${sql(`p${at}`)}`));
  return sql`
    select own.line, o.line as other, own.shown, ${sql.unsafe(String(number))} as rule, own.taker, o.taken
      from (select x."#line" as line, ${textsOf(drop, rule.columns)} as shown, row(${keys("x")})::text as taker, ${values}
              from ${drop.rows} x cross join lateral ${partsOf(rule, drop, "x")}
             where p.held and ${isSound(table, read)}
               and exists (select from ${qualified(live)} l where ${isSame("l", "x")})) own
      join (select y."#line" as line, row(${keys("y")})::text as taken, ${values}
              from ${qualified(live)} l cross join lateral ${partsOf(rule, drop, "l")}
              join ${drop.rows} y on ${isSame("l", "y")}
             where p.held) o on ${every(meets)} and o.taken <> own.taker`;
}
