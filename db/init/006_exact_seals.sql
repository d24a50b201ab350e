-- The columns that a seal covers, as [name, type]: a column that is added later is none of its business, one that is
-- dropped is. Null for seals that were set before they were written down.
alter table console.seals add column if not exists columns jsonb;
alter table console.lifted_seals add column if not exists columns jsonb;

-- What the file of a run was beyond its size and time, and which columns it carried.
alter table console.run_files add column if not exists identity text;
alter table console.run_files add column if not exists columns jsonb;

-- Rows that no run took have no seal to be lifted: that they were dropped, by whom and when, is kept all the same.
alter table console.lifted_seals alter column month drop not null;
alter table console.lifted_seals alter column fingerprint drop not null;
alter table console.lifted_seals alter column run drop not null;
alter table console.lifted_seals alter column mode drop not null;
alter table console.lifted_seals alter column sealed_at drop not null;
