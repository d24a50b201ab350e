-- The way back: plain snapshot tables with all of their rows, and nothing of the console's own. To be run once, by psql:
--   psql "$(bun run console db url)" --set ON_ERROR_STOP=1 --file db/way-back.sql
-- Grants on the snapshot tables and views over them have to be made anew: it stops, with nothing changed, where a view
-- stands on one.
begin;

-- On a Citus cluster, whose tables become this server's own; elsewhere it means nothing.
set local citus.multi_shard_modify_mode = 'sequential';

do $$
declare
  snapshots text;
begin
  foreach snapshots in array array['subscriptions_profile_snapshots', 'usage_agg_30d_snapshots',
      'payments_agg_90d_snapshots', 'support_agg_90d_snapshots', 'labels_snapshots'] loop
    continue when not exists (select from pg_partitioned_table where partrelid = to_regclass(snapshots));
    execute format('create table way_back (like %I including defaults including constraints)', snapshots);
    execute format('insert into way_back select * from %I', snapshots);
    execute format('drop table %I', snapshots);
    execute format('alter table way_back rename to %I', snapshots);
    execute format('alter table %I add primary key (user_id, as_of)', snapshots);
  end loop;
end $$;

drop schema if exists stage cascade;
drop schema if exists console cascade;

commit;
