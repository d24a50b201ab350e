-- After which run a seal was lifted: a clock may be set back, the numbers of runs only go up.
alter table console.lifted_seals add column if not exists after_run bigint;
comment on column console.lifted_seals.after_run is
  'Newest run when it was lifted; empty where that was not written down.';
