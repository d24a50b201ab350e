-- The least that loading a drop can cost: its six files by COPY in one transaction, and nothing else. Run it in the drop's folder.

begin;
\copy copied.users from 'users.csv' with (format csv, header)
\copy copied.subscriptions (user_id, months_active, plan_stream_tv, plan_stream_movies, contract_type, paperless_billing, monthly_fee, total_paid, net_service) from 'subscriptions.csv' with (format csv, header)
\copy copied.usage_agg_30d from 'usage_agg_30d.csv' with (format csv, header)
\copy copied.payments_agg_90d from 'payments_agg_90d.csv' with (format csv, header)
\copy copied.support_agg_90d from 'support_agg_90d.csv' with (format csv, header)
\copy copied.labels from 'labels.csv' with (format csv, header)
commit;
