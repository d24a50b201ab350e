-- Tables that `doctor --distribute` spread over the nodes of a Citus cluster: by which column, beside which other table,
-- over how many shards, how many rows moved, by whom and when.
create table if not exists console.distributions (
  dataset          text not null,
  table_name       text not null,
  distributed_by   text not null,
  colocated_with   text,
  shards           int not null,
  rows             bigint not null,
  operator         text not null,
  host             text not null,
  distributed_at   timestamptz not null default clock_timestamp()
);
comment on table console.distributions is 'Tables that were spread over the nodes of a Citus cluster, a line each.';
comment on column console.distributions.dataset is 'Name of the dataset.';
comment on column console.distributions.table_name is 'The table.';
comment on column console.distributions.distributed_by is 'The column that says on which node a row lies.';
comment on column console.distributions.colocated_with is 'The table whose rows of the same value lie on the same node; empty for the first of them.';
comment on column console.distributions.shards is 'Into how many parts it was divided.';
comment on column console.distributions.rows is 'Rows that moved.';
comment on column console.distributions.operator is 'Who did it.';
comment on column console.distributions.host is 'On which machine.';
comment on column console.distributions.distributed_at is 'When.';

-- Whether a text is JSON, as RFC 8259 defines it; NULL for NULL. PostgreSQL can say so since release 16. Before, every
-- string is cut down to "", every other simple value to 0, and then the innermost arrays and objects to 0, level by level,
-- until nothing changes: of JSON, and of nothing else, one value is left. A function, for a cluster's nodes take it as it is.
create or replace function console.is_json(value text) returns boolean
  language plpgsql immutable strict parallel safe
as $$
declare
  string_pattern constant text := '"(?:[^"\\\u0001-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"';
  scalar_pattern constant text := 'true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?';
  container_pattern constant text :=
    '\[(?:(?:0|"")(?:,(?:0|""))*)?\]|\{(?:"":(?:0|"")(?:,"":(?:0|""))*)?\}';
  reduced text := regexp_replace(value, string_pattern, '""', 'g');
  before text;
begin
  reduced := regexp_replace(regexp_replace(reduced, scalar_pattern, '0', 'g'), '[ \n\r\t]+', '', 'g');
  loop
    before := reduced;
    reduced := regexp_replace(reduced, container_pattern, '0', 'g');
    exit when reduced = before;
  end loop;
  return reduced in ('0', '""');
end
$$;
comment on function console.is_json(text) is 'Whether a text is JSON.';
