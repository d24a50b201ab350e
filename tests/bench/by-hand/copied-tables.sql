-- Six fresh tables without keys, for copy.sql.

drop schema if exists copied cascade;
create schema copied;
create table copied.users (like public.users);
create table copied.subscriptions (like public.subscriptions);
create table copied.usage_agg_30d (like public.usage_agg_30d);
create table copied.payments_agg_90d (like public.payments_agg_90d);
create table copied.support_agg_90d (like public.support_agg_90d);
create table copied.labels (like public.labels);
