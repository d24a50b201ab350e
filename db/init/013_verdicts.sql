-- What became of an expectation, in one word, for older runs as well: what could not be evaluated did not fail. It follows
-- from the result, so that the two cannot disagree; where that was not kept, nobody knows why one did not pass.
alter table console.run_expectations add column if not exists verdict text generated always as (
  case when success then 'passed'
       when result #>> '{exception_info,raised_exception}' = 'true' then 'unevaluated'
       when result #>> '{exception_info,raised_exception}' = 'false' then 'failed' end) stored;
comment on column console.run_expectations.verdict is
  'What became of it: passed, failed or unevaluated; empty where it did not pass and its result was not kept.';
