-- A place for snapshot rows that others write under a date of their own, such as an older flow that runs beside the
-- console for a while. Only where a table is partitioned: one that is not takes them as it is.
do $$
declare
  snapshots text;
begin
  foreach snapshots in array array['subscriptions_profile_snapshots', 'usage_agg_30d_snapshots',
      'payments_agg_90d_snapshots', 'support_agg_90d_snapshots', 'labels_snapshots'] loop
    if exists (select from pg_partitioned_table where partrelid = to_regclass(snapshots) and partdefid = 0) then
      execute format('create table %I partition of %I default', snapshots || '_others', snapshots);
    end if;
  end loop;
end $$;
