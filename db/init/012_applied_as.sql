-- What a file was when it was applied, and which console did: null for those before this one.
alter table console.migrations add column if not exists sha256 text, add column if not exists console text;
comment on column console.migrations.sha256 is 'SHA-256 of the file as it was applied, its line ends as \n; null where that is not known.';
comment on column console.migrations.console is 'Version of the console that applied it; null where that is not known.';
