-- What the suites that a run evaluated say of themselves, a line for each of its tables: what their files say now is another
-- matter.
create table if not exists console.suites (
  run         bigint not null references console.runs on delete cascade,
  table_name  text not null,
  position    int not null,
  name        text not null,
  notes       jsonb,
  meta        jsonb,
  primary key (run, table_name)
);
comment on table console.suites is 'The suites that a run evaluated.';
comment on column console.suites.run is 'The run.';
comment on column console.suites.table_name is 'The table.';
comment on column console.suites.position is 'Place of the table among those of the run, from 0.';
comment on column console.suites.name is 'The suite''s own name.';
comment on column console.suites.notes is 'What its file notes of it.';
comment on column console.suites.meta is 'What else its file says of it.';
