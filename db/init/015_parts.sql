-- The rows of a table may be spread over several files of a drop.
alter table console.run_files add column if not exists parts jsonb;
comment on column console.run_files.parts is
  'Where a table has several files: path, size, time, SHA-256 and rows of each. Empty where it has one.';
