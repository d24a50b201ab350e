import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { CatalogReference } from "../catalog/introspect.ts";
import type { PartReference } from "../catalog/rules.ts";
import { every, type Fragment, list, qualified, some, sql, unionAll } from "../connection/fragments.ts";
import { type Parents, placeOf, placesOfParents } from "../live/parents.ts";
import { isChanged, keyOfLive } from "./broken.ts";
import { asNamed, isSound, type RuleRows, textsOf } from "./rows.ts";

interface Known {
  tables: readonly LoadTable[];
  parents: Parents;
}

/**
 * Rows whose foreign key leads to no row: neither of the drop, nor live or in what older months delivered; or is NULL in
 * part where it may not be. `line`, `other` (NULL) and `shown` are as of any rule. `parent` is what the drop has of the
 * table that is referred to; null where it has none of it.
 */
export function orphanedRows(
  reference: CatalogReference | PartReference,
  drop: RuleRows,
  parent: RuleRows | null,
  known: Known,
): Fragment {
  const { columns, isFull } = reference;
  const own = columns.map((name) => sql`x.${sql(name)}`);
  const isGiven = every(own.map((column) => sql`${column} is not null`));
  const isTorn = isFull ? some(own.map((column) => sql`${column} is not null`)) : sql`false`;
  const values = list(own.map((column, at) => sql`${column} as ${sql(`c${at}`)}`));
  const kept = drop.isLined ? sql`materialized` : sql`not materialized`;
  const names = list(columns.map((_, at) => sql`o.${sql(`c${at}`)}`));
  const looks = placesOf(reference, parent, known).map(
    ({ relation, columns: there, condition }) => sql`
      select ${names} from ${relation} p join wanting o on ${meets(reference, there, "p")} where ${condition}`,
  );
  const isUnknown = sql`not exists (select from known k where ${every(columns.map((_, at) => sql`k.${sql(`c${at}`)} = o.${sql(`c${at}`)}`))})`;
  return sql`
    with children as ${kept} (
      select x."#line" as line, ${textsOf(drop, columns)} as shown, ${values}, ${isGiven} as given
        from ${drop.rows} x ${unchangedBeside(reference, drop)}
       where (${isGiven} or ${isTorn}) and ${isSound(drop, columns)} and ${isNew(reference, drop)}
         and ${isWithin(reference, drop)}),
    wanting as ${kept} (${withoutParent(reference, parent)}),
    known as ${kept} (${unionAll([sql`select ${names} from wanting o where false`, ...looks])})
    select line, null::bigint as other, shown from wanting o where not given or ${isUnknown}`;
}

/** Of a partition's: the rows that go there. */
function isWithin(reference: CatalogReference | PartReference, { table }: RuleRows): Fragment {
  return "within" in reference ? sql`(select ${sql.unsafe(reference.within)} from ${asNamed(table, "x")})` : sql`true`;
}

/** What is in no row of the drop itself. */
function withoutParent({ columns, parentColumns, ...reference }: CatalogReference, parent: RuleRows | null): Fragment {
  if (parent === null) return sql`select * from children o`;
  const values = parentColumns.map((name, at) => sql`x.${sql(name)} as ${sql(`q${at}`)}`);
  const first = sql`p.q0`;
  const places = columns.map((_, at) => `q${at}`);
  return sql`
    select o.* from children o
      left join (select ${list(values)} from ${parent.rows} x where ${isSound(parent, parentColumns)}) p
        on ${meets({ columns, parentColumns, ...reference }, places, "p")}
     where ${first} is null`;
}

/** By the collation of the parent's columns, as PostgreSQL compares them. */
function meets({ columns, collations }: CatalogReference, there: readonly string[], alias: "p"): Fragment {
  return every(
    columns.map((_, at) => {
      const collation = collations[at];
      const value = sql`o.${sql(`c${at}`)}`;
      const compared = collation == null ? value : sql`(${value} collate ${sql.unsafe(collation)})`;
      return sql`${sql(alias)}.${sql(there[at] ?? "")} = ${compared}`;
    }),
  );
}

/** Besides the drop: live rows that it changes are as it has them, and tell no more than it does. */
function placesOf(reference: CatalogReference, parent: RuleRows | null, known: Known) {
  const { columns: _, parent: name, parentColumns } = reference;
  if (!known.tables.some((table) => table.name === name.name && table.live.schema === name.schema)) {
    return [placeOf(qualified(name), parentColumns)];
  }
  const key = parent?.table.live.key ?? [];
  if (parent === null || known.parents.kind !== "live" || parentColumns.every((column) => key.includes(column))) {
    return placesOfParents(reference, known);
  }
  const keys = list(key.map((column, at) => sql`x.${sql(column)} as ${sql(`k${at}`)}`));
  const isSame = every(key.map((column, at) => sql`l.${sql(column)} = k.${sql(`k${at}`)}`));
  const staying = sql`
    (select l.* from ${qualified(name)} l left join (select ${keys} from ${parent.rows} x) k on ${isSame} where k.k0 is null)`;
  return [placeOf(staying, parentColumns)];
}

/** A rule that older rows may break is not held against one that stays as it was. */
function unchangedBeside({ isValid }: CatalogReference, { table: { live } }: RuleRows): Fragment {
  return isValid ? sql`` : sql`left join ${qualified(live)} l on ${keyOfLive(live.key)}`;
}

function isNew({ isValid, columns }: CatalogReference, { table: { live } }: RuleRows): Fragment {
  return isValid ? sql`true` : isChanged(live.key, columns);
}
