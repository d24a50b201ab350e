-- The ledger: what was run, on which files, with what outcome, and what was sealed. A success is written in the same
-- transaction as the data. The tables stay plain and local, with no key to the data's own tables.

create schema if not exists console;

create table if not exists console.runs (
  run            bigint generated always as identity primary key,
  dataset        text not null,
  month          text not null,
  as_of          date not null,
  mode           text not null check (mode in ('publish', 'restamp', 'backfill', 'dry_run')),
  status         text not null default 'running' check (status in
    ('running', 'published', 'dry_run', 'rejected', 'failed', 'refused', 'interrupted', 'crashed')),
  started_at     timestamptz not null default clock_timestamp(),
  finished_at    timestamptz,
  -- who ran it: the server's process tells a running run from a crashed one
  backend_pid    int not null default pg_backend_pid(),
  operator       text not null,
  host           text not null,
  process        int not null,
  -- why it published nothing
  failed_stage   text,
  failure_code   text,
  failure_title  text,
  failure_hint   text,
  fault_count    bigint not null default 0,
  fault_groups   jsonb not null default '[]',
  reject_file    text,
  warnings       jsonb not null default '[]'
);
create index if not exists runs_by_month on console.runs (dataset, month, run desc);

-- What the plan counted, a table of a run; null until known.
create table if not exists console.run_tables (
  run         bigint not null references console.runs on delete cascade,
  position    int not null,
  table_name  text not null,
  rows        bigint not null,
  inserted    bigint,
  updated     bigint,
  unchanged   bigint,
  absent      bigint,
  primary key (run, table_name)
);

-- The files a run read. Size and modification time tell, without reading it, that a file is still the same.
create table if not exists console.run_files (
  run            bigint not null references console.runs on delete cascade,
  table_name     text not null,
  path           text not null,
  bytes          bigint not null,
  modified_ms    double precision not null,
  sha256         text,
  rows           bigint,
  primary key (run, table_name)
);

-- One expectation's verdict; result is the Great Expectations validation result of that expectation.
create table if not exists console.run_expectations (
  run                 bigint not null references console.runs on delete cascade,
  position            int not null,
  table_name          text not null,
  type                text not null,
  column_name         text,
  kwargs              jsonb not null,
  severity            text not null,
  success             boolean not null,
  observed            jsonb,
  unexpected_count    bigint,
  unexpected_percent  double precision,
  result              jsonb,
  primary key (run, position)
);

-- Faults of a rejected drop: the first of each file; the reject file holds all.
create table if not exists console.run_faults (
  run          bigint not null references console.runs on delete cascade,
  position     int not null,
  file         text not null,
  line         bigint,
  column_name  text,
  value        text,
  code         text not null,
  reason       text not null,
  primary key (run, position)
);

-- The seal on each snapshot: row count and a fingerprint that does not depend on row order.
create table if not exists console.seals (
  dataset      text not null,
  table_name   text not null,
  as_of        date not null,
  month        text not null,
  rows         bigint not null,
  fingerprint  text not null,
  run          bigint not null references console.runs,
  mode         text not null,
  sealed_at    timestamptz not null default clock_timestamp(),
  primary key (dataset, table_name, as_of)
);

-- Seals that were lifted, by a restamp or by retention, with the reason.
create table if not exists console.lifted_seals (
  lift         bigint generated always as identity primary key,
  dataset      text not null,
  table_name   text not null,
  as_of        date not null,
  month        text not null,
  rows         bigint not null,
  fingerprint  text not null,
  run          bigint not null,
  mode         text not null,
  sealed_at    timestamptz not null,
  lifted_at    timestamptz not null default clock_timestamp(),
  lifted_by    bigint references console.runs,
  reason       text not null
);
