import type { Transaction } from "../connect.ts";
import type { Target } from "./relation.ts";
import { withViews } from "./views.ts";

/** What this user is not allowed: to make the table and its views again under their owners' names. */
export async function missingRights(tx: Transaction, { oid }: Target): Promise<string[]> {
  const rows = await tx<{ what: string }[]>`
    ${withViews(tx, [oid])}
    select distinct lacking.what
      from relations f
      join pg_class c on c.oid = f.oid
      join pg_namespace n on n.oid = c.relnamespace
     cross join lateral (values
       (not pg_has_role(c.relowner, 'USAGE'),
        format('%s belongs to %I', pg_describe_object('pg_class'::regclass, c.oid, 0), pg_get_userbyid(c.relowner))),
       (not has_schema_privilege(n.oid, 'CREATE'), format('CREATE on schema %I is missing', n.nspname))
     ) as lacking(holds, what)
     where lacking.holds
     order by 1`;
  return rows.map(({ what }) => what);
}
