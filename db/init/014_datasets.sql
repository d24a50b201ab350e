-- Several datasets may share a database: where a run's tables are, so that none takes another's of the same name.
alter table console.runs add column if not exists table_schema text;
comment on column console.runs.table_schema is
  'Schema of the dataset''s tables; empty where that was not written down.';
