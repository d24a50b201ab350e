import type { Queryable } from "../../src/postgres/connection/connect.ts";

/**
 * Has the server write something of its own down for each column that there is and that will be made, as those of
 * November 2026 do, from 15.20 on; where it does so itself, nothing is added.
 */
export async function markColumns(sql: Queryable): Promise<void> {
  await sql.unsafe(`
    create schema marking;
    create function marking.mark(relation oid) returns void language sql security definer
      set allow_system_table_mods = on as $$
        update pg_attribute set attoptions = '{pg_attver=22094248}'
          from pg_class c
         where attrelid = relation and attnum > 0 and attoptions is null
           and c.oid = relation and c.relkind in ('r', 'p', 'v', 'm') $$;
    create function marking.mark_made() returns event_trigger language plpgsql as $$
      begin
        perform marking.mark(objid) from pg_event_trigger_ddl_commands() where classid = 'pg_class'::regclass;
      end $$;
    grant usage on schema marking to public;
    create event trigger marking on ddl_command_end execute function marking.mark_made();
    select marking.mark(oid) from pg_class where relnamespace <> 'pg_catalog'::regnamespace;`);
}
