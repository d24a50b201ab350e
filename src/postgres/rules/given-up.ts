import type { Follower } from "../catalog/rules.ts";
import { every, type Fragment, list, qualified, some, sql } from "../connection/fragments.ts";
import { keyOfLive } from "./broken.ts";
import { isSound, type RuleRows, textsOf } from "./rows.ts";

/**
 * Rows that give up what rows elsewhere refer to, so that these would lead nowhere: neither is it in another row of the drop, nor
 * in a live one that stays. `line`, `other` (NULL) and `shown` are as of any rule.
 */
export function givenUp({ child, columns, parentColumns }: Follower, drop: RuleRows): Fragment {
  const { table } = drop;
  const { live } = table;
  const kept = drop.isLined ? sql`materialized` : sql`not materialized`;
  const keys = live.key.map((name, at) => sql`x.${sql(name)} as ${sql(`k${at}`)}`);
  const values = (alias: "x" | "l") =>
    list(parentColumns.map((name, at) => sql`${sql(alias)}.${sql(name)} as ${sql(`q${at}`)}`));
  const isOther = some(parentColumns.map((name) => sql`x.${sql(name)} is distinct from l.${sql(name)}`));
  const same = (one: Fragment, other: Fragment) =>
    every(parentColumns.map((_, at) => sql`${one}.${sql(`q${at}`)} = ${other}.${sql(`q${at}`)}`));
  const isChild = every(columns.map((name, at) => sql`c.${sql(name)} = g.${sql(`q${at}`)}`));
  const isStaying = every(live.key.map((name, at) => sql`l.${sql(name)} = k.${sql(`k${at}`)}`));
  return sql`
    with mine as ${kept} (select ${list(keys)}, ${values("x")} from ${drop.rows} x),
    given as ${kept} (
      select x."#line" as line, ${textsOf(drop, parentColumns)} as shown, ${values("l")}
        from ${drop.rows} x join ${qualified(live)} l on ${keyOfLive(live.key)}
       where (${isOther}) and ${isSound(drop, [...live.key, ...parentColumns])}),
    missed as ${kept} (
      select distinct g.* from given g join ${qualified(child)} c on ${isChild}),
    staying as ${kept} (
      select ${values("l")} from ${qualified(live)} l left join mine k on ${isStaying} where k.k0 is null)
    select line, null::bigint as other, shown from missed g
     where not exists (select from mine m where ${same(sql`m`, sql`g`)})
       and not exists (select from staying t where ${same(sql`t`, sql`g`)})`;
}
