-- Files of this folder that a database has seen. The console makes this table before any of them; whoever applies them in their
-- order by other means, as the image of a container does, has it here.
create table if not exists console.migrations (
  file        text primary key,
  applied_at  timestamptz not null default clock_timestamp()
);
comment on table console.migrations is 'Files of db/init that this database has seen.';
comment on column console.migrations.file is 'Name of the file.';
comment on column console.migrations.applied_at is 'When it was applied.';
