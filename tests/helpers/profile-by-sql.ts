import type { Column } from "../../src/core/columns.ts";
import { type Profile, quantileShares } from "../../src/core/messages/profiles.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import type { Fragment } from "../../src/postgres/connection/fragments.ts";

/** The same figures as plain SQL has them, column by column. */
export async function profileBySql(
  sql: Sql,
  profiled: Fragment,
  column: Pick<Column, "name" | "type">,
  edges: readonly string[] | null,
): Promise<Record<string, unknown>> {
  const v = sql`${sql(column.name)}`;
  const isNumber = /^(int|float|numeric)/.test(column.type);
  const isOrdered = isNumber || /^(date|timestamp)/.test(column.type);
  const inOrder = isOrdered ? v : sql`(${v}::text collate "C")`;
  const text = column.type === "numeric" ? sql`trim_scale(v)::text` : sql`v::text`;
  const [row] = await sql<Record<string, unknown>[]>`
    select count(*) as rows, count(*) - count(${v}) as nulls, count(distinct ${inOrder}) as distinct,
           ${isNumber ? sql`avg(${v}::numeric)::text` : sql`null`} as mean,
           ${isNumber ? sql`stddev_pop(${v}::numeric)::text` : sql`null`} as stddev
      from ${profiled} p`;
  const extreme = async (name: "min" | "max") => {
    const [one] = await sql<{ value: string | null }[]>`
      select ${text} as value from (select ${sql.unsafe(name)}(${inOrder}) as v from ${profiled} p) x`;
    return one?.value ?? null;
  };
  const [min, max] = [await extreme("min"), await extreme("max")];
  const quantiles = [];
  for (const share of isOrdered && min !== null ? quantileShares : []) {
    const [one] = await sql<{ value: string }[]>`
      select ${text} as value from (select percentile_disc(${share}::float8) within group (order by ${v}) as v from ${profiled} p) x`;
    quantiles.push({ share, value: one?.value });
  }
  const type = sql.unsafe(column.type);
  const count = async (condition: Fragment) =>
    (await sql<{ n: number }[]>`select count(*) as n from ${profiled} p where ${condition}`)[0]?.n;
  const edge = (at: number) => sql`${edges?.at(at) ?? null}::text::${type}`;
  const counts = [];
  for (let bin = 0; bin < 20 && edges !== null; bin++) {
    counts.push(await count(sql`${v} >= ${edge(bin)} and ${v} < ${edge(bin + 1)}`));
  }
  const histogram = edges && {
    ...{ edges, counts },
    under: await count(sql`${v} < ${edge(0)}`),
    over: await count(sql`${v} >= ${edge(20)}`),
  };
  const many = Number(row?.distinct) > 20;
  const frequent = await sql`
    select ${text} as value, rows
      from (select ${inOrder} as v, count(*) as rows from ${profiled} p where ${v} is not null group by 1) x
     where rows > 1 or not ${many} order by rows desc, v limit 20`;
  return { ...row, min, max, quantiles, histogram, frequent: [...frequent] };
}

/** What there is to be equal: everything but how it was found, and what it is called. */
export function figuresOf({
  column: _,
  type: __,
  kind: ___,
  distinct_exact: ____,
  of_key: _____,
  ...figures
}: Profile) {
  return figures;
}
