-- A run may also adopt what others took: seal a date's snapshots as they are.
alter table console.runs drop constraint if exists runs_mode_check;
alter table console.runs add constraint runs_mode_check
  check (mode in ('publish', 'restamp', 'backfill', 'dry_run', 'adopt'));
