import type { CheckRule, DomainRule, ExclusionRule, NeededRule, Rule, UniqueRule } from "../catalog/rules.ts";
import { every, type Fragment, list, qualified, some, sql } from "../connection/fragments.ts";
import { asNamed, isSound, partsOf, type RuleRows, textsOf } from "./rows.ts";

/**
 * Rows that break a rule: `line`, where the row stands; `other`, where the one stands that it cannot be beside, NULL for a
 * row that stays beside the drop's; and `shown`, the text in question. Rows of which neither line is known are told by their number
 * alone. `beside` is false where what is live has nothing to do with the drop: it is of a later month.
 */
export function brokenRows(rule: Rule, drop: RuleRows, beside: boolean): Fragment {
  if (rule.kind === "check" || rule.kind === "needed") return brokenChecks(rule, drop, beside);
  if (rule.kind === "domain") return brokenDomain(rule, drop);
  return rule.kind === "unique" ? repeatedParts(rule, drop, beside) : excludedRows(rule, drop, beside);
}

/** As PostgreSQL has it, NULL is not false. A rule that older rows may break is not held against one that stays as it was. */
function brokenChecks(
  { expression, columns, isValid }: CheckRule | NeededRule,
  drop: RuleRows,
  beside: boolean,
): Fragment {
  const { table } = drop;
  const { live } = table;
  const read = columns.length > 0 ? columns : live.columns.map(({ name }) => name);
  const isNew = isValid || !beside ? sql`true` : isChanged(live.key, read);
  const stays = isValid || !beside ? sql`` : sql`left join ${qualified(live)} l on ${keyOfLive(live.key)}`;
  return sql`
    select x."#line" as line, null::bigint as other, ${textsOf(drop, columns)} as shown
      from ${drop.rows} x
     cross join lateral (select (${sql.unsafe(expression)}) is false as broken from ${asNamed(table, "x")}) v ${stays}
     where v.broken and ${isSound(drop, columns)} and ${isNew}`;
}

export function keyOfLive(key: readonly string[]): Fragment {
  return every(key.map((name) => sql`l.${sql(name)} = x.${sql(name)}`));
}

/** True where the row is new, or one of these columns another than in the live row beside it. */
export function isChanged(key: readonly string[], columns: readonly string[]): Fragment {
  const differ = columns.map((name) => sql`x.${sql(name)} is distinct from l.${sql(name)}`);
  return sql`(l.${sql(key[0] ?? "")} is null or ${some(differ)})`;
}

/** The expression calls the value VALUE, which is a column's name as any other. */
function brokenDomain({ expression, columns }: DomainRule, drop: RuleRows): Fragment {
  const value = sql`select x.${sql(columns[0] ?? "")} as value`;
  return sql`
    select x."#line" as line, null::bigint as other, ${textsOf(drop, columns)} as shown
      from ${drop.rows} x
     cross join lateral (select (${sql.unsafe(expression)}) is false as broken from (${value}) as held) v
     where v.broken and ${isSound(drop, columns)}`;
}

/** Of a scratch table once for all; staged rows are left to the planner, and to the servers that they lie on. */
function once({ isLined }: RuleRows): Fragment {
  return isLined ? sql`materialized` : sql`not materialized`;
}

function places({ parts }: UniqueRule | ExclusionRule): Fragment[] {
  return parts.map((_, at) => sql`${sql(`p${at}`)}`);
}

/** Where several servers have the rows, the column that says where one lies: by a part of the rule they would not know it. */
function lying({ table, isLined }: RuleRows, alias: "x" | "l"): Fragment[] {
  const column = isLined ? null : (table.live.distribution?.column ?? null);
  return column === null ? [] : [sql`${sql(alias)}.${sql(column)} as at`];
}

/**
 * CTEs of what an index rule is about: `mine`, the drop's rows, and `others`, those that stay beside them as they are.
 */
function mineAndOthers(rule: UniqueRule | ExclusionRule, drop: RuleRows, beside: boolean): Fragment {
  const { table } = drop;
  const { key } = table.live;
  const all = places(rule);
  const values = (alias: "x" | "l") => list([...all.map((part) => sql`p.${part}`), ...lying(drop, alias)]);
  const skipsNull = rule.kind === "exclusion" || rule.nullsDistinct;
  const isFull = skipsNull ? every(all.map((part) => sql`p.${part} is not null`)) : sql`true`;
  const read = [...new Set([...rule.columns, ...(beside ? key : [])])];
  const keys = list(key.map((name, at) => sql`x.${sql(name)} as ${sql(`k${at}`)}`));
  const staying = sql`
    select ${values("l")}
      from ${qualified(table.live)} l
     cross join lateral ${partsOf(rule, drop, "l")}
      left join keys k on ${every(key.map((name, at) => sql`l.${sql(name)} = k.${sql(`k${at}`)}`))}
     where ${drop.standing ?? sql`k.k0 is null`} and p.held and ${isFull}`;
  const nobody = sql`select ${list(columnsOf(rule, drop))} from mine where false`;
  return sql`
    keys as ${once(drop)} (select ${keys} from ${drop.rows} x),
    mine as ${once(drop)} (
      select x."#line" as line, ${textsOf(drop, rule.columns)} as shown, ${values("x")}
        from ${drop.rows} x cross join lateral ${partsOf(rule, drop, "x")}
       where p.held and ${isFull} and ${isSound(drop, read)}),
    others as ${once(drop)} (${beside ? staying : nobody})`;
}

/** What is known of the rows of an index rule. */
function columnsOf(rule: UniqueRule | ExclusionRule, drop: RuleRows): Fragment[] {
  return [...places(rule), ...(lying(drop, "x").length > 0 ? [sql`at`] : [])];
}

function repeatedParts(rule: UniqueRule, drop: RuleRows, beside: boolean): Fragment {
  const all = list(columnsOf(rule, drop));
  const held = sql`
    select line, shown, false as stays, ${all} from mine
     union all select null, null::text, true, ${all} from others`;
  if (!drop.isLined) {
    return sql`
      with ${mineAndOthers(rule, drop, beside)}
      select null::bigint as line, null::bigint as other, null::text as shown
        from (${held}) held group by ${all} having count(*) > 1 and not bool_and(stays)`;
  }
  return sql`
    with ${mineAndOthers(rule, drop, beside)}
    select line, case when taken then null else first end as other, shown
      from (select line, shown, stays, bool_or(stays) over same as taken, min(line) over same as first,
                   row_number() over (partition by ${all} order by stays desc, line) as nth
              from (${held}) held window same as (partition by ${all})) numbered
     where not stays and (taken or nth > 1)`;
}

/**
 * A row is told with the first of those that it cannot be beside. Of several servers each sends its rows: which two meet is a
 * matter of operators of any kind.
 */
function excludedRows(rule: ExclusionRule, drop: RuleRows, beside: boolean): Fragment {
  const all = list(places(rule));
  const meet = rule.operators.map((operator, at) => sql`a.${sql(`p${at}`)} ${sql.unsafe(operator)} b.${sql(`p${at}`)}`);
  return sql`
    with ${mineAndOthers(rule, drop, beside)},
    held as materialized (
      select row_number() over (order by stays desc, line) as number, held.*
        from (select line, shown, false as stays, ${all} from mine
               union all select null, null::text, true, ${all} from others) held)
    select distinct on (a.number) a.line, b.line as other, a.shown
      from held a join held b on b.number < a.number and ${every(meet)}
     where not a.stays order by a.number, b.number`;
}
