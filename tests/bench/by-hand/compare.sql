-- What changed between two snapshots, as one would ask it in psql: a full outer join a table.

select count(*) filter (where a.user_id is null) as added, count(*) filter (where b.user_id is null) as removed,
       count(*) filter (where a.user_id is not null and b.user_id is not null
         and (a.months_active, a.monthly_fee, a.paperless_billing, a.plan_stream_tv, a.plan_stream_movies, a.net_service)
             is distinct from
             (b.months_active, b.monthly_fee, b.paperless_billing, b.plan_stream_tv, b.plan_stream_movies, b.net_service)
       ) as changed
  from (select * from subscriptions_profile_snapshots where as_of = :'from') a
  full outer join (select * from subscriptions_profile_snapshots where as_of = :'to') b using (user_id);

select count(*) filter (where a.user_id is null) as added, count(*) filter (where b.user_id is null) as removed,
       count(*) filter (where a.user_id is not null and b.user_id is not null
         and (a.watch_hours_30d, a.avg_session_mins_7d, a.unique_devices_30d, a.skips_7d, a.rebuffer_events_7d)
             is distinct from
             (b.watch_hours_30d, b.avg_session_mins_7d, b.unique_devices_30d, b.skips_7d, b.rebuffer_events_7d)
       ) as changed
  from (select * from usage_agg_30d_snapshots where as_of = :'from') a
  full outer join (select * from usage_agg_30d_snapshots where as_of = :'to') b using (user_id);

select count(*) filter (where a.user_id is null) as added, count(*) filter (where b.user_id is null) as removed,
       count(*) filter (where a.user_id is not null and b.user_id is not null
         and a.failed_payments_90d is distinct from b.failed_payments_90d) as changed
  from (select * from payments_agg_90d_snapshots where as_of = :'from') a
  full outer join (select * from payments_agg_90d_snapshots where as_of = :'to') b using (user_id);

select count(*) filter (where a.user_id is null) as added, count(*) filter (where b.user_id is null) as removed,
       count(*) filter (where a.user_id is not null and b.user_id is not null
         and (a.support_tickets_90d, a.ticket_avg_resolution_hrs_90d)
             is distinct from
             (b.support_tickets_90d, b.ticket_avg_resolution_hrs_90d)
       ) as changed
  from (select * from support_agg_90d_snapshots where as_of = :'from') a
  full outer join (select * from support_agg_90d_snapshots where as_of = :'to') b using (user_id);

select count(*) filter (where a.user_id is null) as added, count(*) filter (where b.user_id is null) as removed,
       count(*) filter (where a.user_id is not null and b.user_id is not null
         and a.churn_label is distinct from b.churn_label) as changed
  from (select * from labels_snapshots where as_of = :'from') a
  full outer join (select * from labels_snapshots where as_of = :'to') b using (user_id);
