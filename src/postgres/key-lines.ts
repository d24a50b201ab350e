import type { LoadTable } from "./catalog.ts";
import type { Transaction } from "./connect.ts";

/** A key that stands on more than one line of a file. */
export interface RepeatedKey {
  key: string;
  /** 1-based, ascending; the first two. */
  lines: number[];
  times: number;
}

/** A row whose parent is neither in the drop nor live. */
export interface OrphanedKey {
  key: string;
  line: number;
}

/**
 * A scratch table of the keys of all files and their lines; it goes with the transaction. A key without a line is known,
 * but is not itself in question.
 */
export async function makeKeyLines(tx: Transaction): Promise<void> {
  await tx`create temporary table key_lines (table_name text, key text, line bigint) on commit drop`;
}

export async function addKeyLines(
  tx: Transaction,
  table: string,
  keys: readonly string[],
  lines: readonly (number | null)[],
): Promise<void> {
  await tx`insert into key_lines select ${table}, * from unnest(${[...keys]}::text[], ${[...lines]}::bigint[])`;
}

export async function repeatedKeys(tx: Transaction, table: string): Promise<RepeatedKey[]> {
  return [
    ...(await tx<RepeatedKey[]>`
      select key, (array_agg(line order by line))[1:2]::int[] as lines, count(*) as times
        from key_lines where table_name = ${table} and line is not null
       group by key having count(*) > 1 order by min(line)`),
  ];
}

/** Rows of `child` whose key refers to a row of `parent` that is neither among the keys read nor live. */
export async function orphanedKeys(tx: Transaction, child: LoadTable, parent: LoadTable): Promise<OrphanedKey[]> {
  const { live } = parent;
  return [
    ...(await tx<OrphanedKey[]>`
      select c.key, c.line from key_lines c
       where c.table_name = ${child.name} and c.line is not null
         and not exists (select 1 from key_lines p where p.table_name = ${parent.name} and p.key = c.key)
         and not exists (select 1 from ${tx(live.schema)}.${tx(live.name)} p
                          where p.${tx(live.key[0] ?? "")}::text = c.key)
       order by c.line`),
  ];
}
