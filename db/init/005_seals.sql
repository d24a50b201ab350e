-- What a seal needs to name the rows that no longer match it: sums over 256 groups of keys (src/postgres/key-groups.ts).
alter table console.seals add column if not exists groups jsonb;

-- Who lifted a seal when it was not a run that did: retention has none.
alter table console.lifted_seals add column if not exists operator text;
alter table console.lifted_seals add column if not exists host text;
