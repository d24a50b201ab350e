import type { RuledTable } from "../catalog/ruled-tables.ts";
import type { ExclusionRule, Rule, UniqueRule } from "../catalog/rules.ts";
import type { Transaction } from "../connection/connect.ts";
import { every, type Fragment, list, qualified, some, sql } from "../connection/fragments.ts";
import { fetched } from "../live/row-lines.ts";
import { letGoOf, letsGo, orderedRules } from "../live/waiting.ts";
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

/**
 * The rules for which no row can let go of its value for a moment: a column has to have one, or a CHECK wants it in a row
 * that gets another.
 */
export async function heldRules(
  tx: Transaction,
  table: RuledTable,
  drop: RuleRows,
  carried: readonly string[],
): Promise<(UniqueRule | ExclusionRule)[]> {
  const all = orderedRules(table);
  const held = all.filter((rule) => !letsGo(table, rule, carried));
  const free = letGoOf(table, carried);
  const wanted = table.live.rules.filter(
    (rule) => rule.kind === "check" && (rule.columns.length === 0 || rule.columns.some((name) => free.includes(name))),
  );
  if (held.length === all.length || wanted.length === 0) return held;
  const [row] = await tx<{ found: boolean }[]>`
    select count(*) > 0 as found from (${wantingRows(table, drop, free, wanted)}) wanting`;
  return row?.found === true ? all : held;
}

/** Rows that get another value, and that such a rule does not let have none until then. */
function wantingRows({ live }: RuledTable, drop: RuleRows, free: readonly string[], wanted: readonly Rule[]): Fragment {
  const values = live.columns.map(({ name }, index) => {
    const base = sql.unsafe(live.details[index]?.base ?? "text");
    return sql`${free.includes(name) ? sql`null::${base}` : sql`l.${sql(name)}`} as ${sql(name)}`;
  });
  const broken = wanted.map((rule) =>
    rule.kind === "check" ? sql`(${sql.unsafe(rule.expression)}) is false` : sql`false`,
  );
  const isSame = every(live.key.map((name) => sql`l.${sql(name)} = x.${sql(name)}`));
  const isOther = some(free.map((name) => sql`l.${sql(name)} is distinct from x.${sql(name)}`));
  return sql`
    select 1 from ${drop.rows} x join ${qualified(live)} l on ${isSame}
     cross join lateral (select ${some(broken)} as broken from (select ${list(values)}) as ${sql(live.name)}) v
     where v.broken and (${isOther}) and ${isSound(drop, [...live.key, ...free])}`;
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
  rules: readonly (UniqueRule | ExclusionRule)[],
): AsyncGenerator<Ringed> {
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
             where p.held and ${isSound(drop, read)}
               and exists (select from ${qualified(live)} l where ${isSame("l", "x")})) own
      join (select y."#line" as line, row(${keys("y")})::text as taken, ${values}
              from ${qualified(live)} l cross join lateral ${partsOf(rule, drop, "l")}
              join ${drop.rows} y on ${isSame("l", "y")}
             where p.held) o on ${every(meets)} and o.taken <> own.taker`;
}
