import type { Sql } from "../../src/postgres/connection/connect.ts";
import { psql } from "./psql.ts";
import type { TestDatabase } from "./server.ts";

/** The roles of one database: their names, and how to connect as those who log in. */
export interface Roles {
  owner: string;
  loader: string;
  viewer: string;
  urlOf(role: "loader" | "viewer"): string;
  /** Run the script that makes them, once more perhaps. */
  make(script: string): void;
  /** Give back what they own and remove them. */
  remove(): Promise<void>;
}

/** Roles with names of their own, of which the owner's needs all the quoting that there is. Whoever is nobody of them gets nothing. */
export function rolesFor({ sql, url }: Pick<TestDatabase, "sql" | "url">): Roles {
  const unique = `${process.pid}_${Date.now().toString(36)}`;
  const names = { owner: `o'wn "er\\ ${unique}`, loader: `loader_${unique}`, viewer: `viewer_${unique}` };
  const logins = [names.loader, names.viewer];
  return {
    ...names,
    urlOf: (role) => url.replace(/\/\/[^@/]*@/, `//${names[role]}:x@`),
    make(script) {
      const variables = Object.entries(names).map(
        ([role, name]) => `\\set ${role} '${name.replace(/[\\']/g, "\\$&")}'`,
      );
      const passwords = logins.map((name) => `alter role ${name} password 'x';`);
      psql(url, [...variables, script, ...passwords].join("\n"));
    },
    async remove() {
      for (const name of [names.loader, names.viewer, names.owner]) {
        const [there] = await sql`select from pg_roles where rolname = ${name}`;
        if (there === undefined) continue;
        // By its name: at "current_user" a Citus coordinator of 13.2 crashes.
        const [own] = await sql<{ name: string }[]>`select current_user as name`;
        await sql`reassign owned by ${sql(name)} to ${sql(own?.name ?? "")}`;
        await sql`drop owned by ${sql(name)}`;
        await sql`drop role ${sql(name)}`;
      }
    },
  };
}

/** A right that somebody has, and the statements that take it away and give it back. */
export interface Held {
  /** Such as `table console`. */
  kind: string;
  take: string;
  give: string;
}

/** All that this role may do with the database, its schemas and their tables because it was told so, or owns them. */
export function heldBy(sql: Sql, role: string): Promise<Held[]> {
  return sql<Held[]>`
    with things as (
      select c.oid, 'table' as thing, n.nspname as schema, format('%I.%I', n.nspname, c.relname) as name, c.relowner as owner,
             coalesce(c.relacl, acldefault('r', c.relowner)) as acl
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('public', 'console', 'stage') and c.relkind in ('r', 'p')
       union all
      select oid, 'schema', nspname, quote_ident(nspname), nspowner, coalesce(nspacl, acldefault('n', nspowner))
        from pg_namespace where nspname in ('public', 'console', 'stage')
       union all
      select oid, 'database', null, quote_ident(datname), datdba, coalesce(datacl, acldefault('d', datdba))
        from pg_database where datname = current_database())
    select concat_ws(' ', thing, schema) as kind,
           format('revoke %s on %s %s from %I', privilege_type, thing, name, ${role}::text) as take,
           format('grant %s on %s %s to %I', privilege_type, thing, name, ${role}::text) as give
      from things cross join aclexplode(acl) where grantee = (select oid from pg_roles where rolname = ${role})
     union all
    select concat_ws(' ', 'owner', thing, schema), format('alter %s %s owner to %I', thing, name, current_user),
           format('alter %s %s owner to %I', thing, name, ${role}::text)
      from things where owner = (select oid from pg_roles where rolname = ${role})
     order by 2`;
}
