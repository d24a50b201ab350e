-- Labels in time: without them a model is trained on today's labels beside the past's features. `delivered` is the
-- month whose drop brought the label.

create table if not exists labels_snapshots (
  user_id      text not null,
  as_of        date not null,
  churn_label  boolean,
  delivered    text not null,
  primary key (user_id, as_of)
) partition by list (as_of);
