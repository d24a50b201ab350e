-- How far each column of a snapshot moved since the one before, as the run that took it found. No value is kept of it.
create table if not exists console.moves (
  run          bigint not null references console.runs on delete cascade,
  table_name   text not null,
  position     int not null,
  column_name  text not null,
  since        date not null,
  told_by      text not null check (told_by in ('all', 'sample', 'same')),
  measure      text check (measure in ('psi', 'tv')),
  distance     double precision,
  chance       double precision,
  ks           double precision,
  beyond       double precision,
  missing      double precision,
  mean         double precision,
  threshold    double precision not null,
  drifts       jsonb not null,
  primary key (run, table_name, column_name)
);
comment on table console.moves is 'How far the columns of a run''s snapshots moved since the snapshot before.';
comment on column console.moves.run is 'The run that found it.';
comment on column console.moves.table_name is 'The snapshot table.';
comment on column console.moves.position is 'Place of the column among those that were looked at, from 0.';
comment on column console.moves.column_name is 'The column.';
comment on column console.moves.since is 'Date of the snapshot that it was held against.';
comment on column console.moves.told_by is
  'By what: by all rows; by a sample, which shows that it is below its limits, so that there are no figures; or by the seals, since the rows are the very same.';
comment on column console.moves.measure is 'What the distance is: population stability index of numbers, total variation of all else.';
comment on column console.moves.distance is 'How far the distributions are apart.';
comment on column console.moves.chance is 'What chance alone makes of a total variation.';
comment on column console.moves.ks is 'Kolmogorov-Smirnov statistic of numbers.';
comment on column console.moves.beyond is 'Share of the values beyond the former range.';
comment on column console.moves.missing is 'By how much the share of NULLs changed.';
comment on column console.moves.mean is 'Distance of the means, in former standard deviations.';
comment on column console.moves.threshold is 'Limit of the distance that the manifest set then.';
comment on column console.moves.drifts is 'The figures that reached their limits, with these.';
