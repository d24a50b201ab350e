-- What the columns of a drop come to, a line for each column of each table that a run staged; those of a snapshot are the
-- lines of the run that set its seal. Values are those of customers: a snapshot that is dropped takes them along.
create table if not exists console.profiles (
  run             bigint not null references console.runs on delete cascade,
  table_name      text not null,
  position        int not null,
  column_name     text not null,
  type            text not null,
  kind            text not null check (kind in ('number', 'time', 'boolean', 'category')),
  rows            bigint not null,
  nulls           bigint not null,
  distinct_values bigint not null,
  distinct_exact  boolean not null,
  min             text,
  max             text,
  mean            text,
  stddev          text,
  quantiles       jsonb not null,
  histogram       jsonb,
  frequent        jsonb not null,
  taken_at        timestamptz not null default clock_timestamp(),
  primary key (run, table_name, column_name)
);
comment on table console.profiles is 'What the columns of a run''s drop come to, and so those of the snapshots that it sealed.';
comment on column console.profiles.run is 'The run whose drop it is, or that set the seal.';
comment on column console.profiles.table_name is 'The live table.';
comment on column console.profiles.position is 'Place of the column in its table, from 0.';
comment on column console.profiles.column_name is 'The column.';
comment on column console.profiles.type is 'Its type, by PostgreSQL''s own name.';
comment on column console.profiles.kind is 'What its values are: number, time, boolean or category.';
comment on column console.profiles.rows is 'Rows, NULLs included.';
comment on column console.profiles.nulls is 'How many of them are NULL.';
comment on column console.profiles.distinct_values is 'Different values.';
comment on column console.profiles.distinct_exact is 'Whether those were counted; else they are an estimate.';
comment on column console.profiles.min is 'Lowest value, as text; of texts by their bytes.';
comment on column console.profiles.max is 'Highest value.';
comment on column console.profiles.mean is 'Mean of numbers.';
comment on column console.profiles.stddev is 'Their standard deviation, of the whole population.';
comment on column console.profiles.quantiles is 'Values at or below which a share of all values lies.';
comment on column console.profiles.histogram is 'Values in 20 bins whose edges stay the same over the months, and those below and above them.';
comment on column console.profiles.frequent is 'Most frequent values, with how many rows have them.';
comment on column console.profiles.taken_at is 'When it was taken.';
