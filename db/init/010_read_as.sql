-- How a file's rows were held against the table: the same bytes, read in the same way, need no second look.
alter table console.run_files add column if not exists read_as text;
comment on column console.run_files.read_as is
  'Digest of all that its cells were held against; empty where more has a say in it than that.';
