import { connect, type Queryable, type Sql } from "../../src/postgres/connection/connect.ts";
import { testServerUrl } from "./server.ts";

/** Roles belong to a server and not to a database: those of one test process have its number. */
export const reader = `test_reader_${process.pid}`;
export const keeper = `test_keeper_${process.pid}`;

export async function makeRoles(): Promise<void> {
  await onServer(async (sql) => {
    for (const role of [reader, keeper]) await sql`create role ${sql(role)}`;
  });
}

/** Once the databases are dropped in which they have rights. */
export async function dropRoles(): Promise<void> {
  await onServer(async (sql) => {
    for (const role of [reader, keeper]) await sql`drop role ${sql(role)}`;
  });
}

async function onServer(work: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = connect(testServerUrl);
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

/** What others may have hung on snapshot tables, in all the ways that a conversion has to keep. */
export async function decorate(sql: Queryable): Promise<void> {
  await sql.unsafe(`
    grant create on schema public to "${keeper}";
    alter default privileges in schema public grant insert on tables to "${reader}";

    alter table usage_agg_30d_snapshots owner to "${keeper}";
    alter table usage_agg_30d_snapshots add constraint "odd ""name" unique (as_of, user_id) deferrable;
    alter table usage_agg_30d_snapshots add constraint sane check (skips_7d >= 0);
    alter table usage_agg_30d_snapshots alter column unique_devices_30d set default 1;
    alter table usage_agg_30d_snapshots alter column user_id set storage external;
    create index "by hours" on usage_agg_30d_snapshots (watch_hours_30d desc) where skips_7d > 0;
    create unique index once_a_day on usage_agg_30d_snapshots (lower(user_id), as_of);
    grant select on usage_agg_30d_snapshots to public;
    grant insert, delete on usage_agg_30d_snapshots to "${reader}" with grant option;
    grant update (skips_7d, as_of) on usage_agg_30d_snapshots to "${reader}";
    comment on table usage_agg_30d_snapshots is 'it''s \\ theirs';
    comment on column usage_agg_30d_snapshots.as_of is 'the day';
    comment on constraint sane on usage_agg_30d_snapshots is 'no less';
    comment on constraint "odd ""name" on usage_agg_30d_snapshots is 'the other way round';
    comment on index "by hours" is 'for the report';
    revoke delete on labels_snapshots from current_user;

    create view recent with (security_barrier, check_option = cascaded) as
      select user_id, skips_7d as skips, as_of from usage_agg_30d_snapshots where as_of > '2023-12-01';
    alter view recent owner to "${keeper}";
    comment on view recent is 'on a table';
    comment on column recent.skips is 'renamed';
    grant select on recent to "${reader}" with grant option;
    grant select (skips) on recent to public;
    create view recent_labels as
      select r.user_id, r.as_of, l.churn_label from recent r join labels_snapshots l using (user_id, as_of);
    create view many as select as_of, count(*) as many from recent_labels group by as_of;
    comment on view many is 'on a view on a view';`);
}
