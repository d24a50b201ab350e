import postgres from "postgres";
import { rolledBack } from "../connection/attempt.ts";
import type { Sql, Transaction } from "../connection/connect.ts";
import { wordsOf } from "../remedies/remedies.ts";

/** A table, an index or the like of which a page cannot be read. */
export interface Damage {
  /** As SQL names it; of what is kept out of line, the table that it belongs to. */
  table: string;
  /** The index's name, where it is an index that is damaged. */
  index: string | null;
  /** What the server says of it. */
  what: string;
}

export interface PagesRead {
  relations: number;
  pages: number;
  damaged: Damage[];
  /** False where pages carry no checksums, so that most damage cannot be seen. */
  checksums: boolean;
}

/**
 * Read every page of the database, the system's own and those of indexes included, as the server reads them: it holds each
 * against its checksum (PostgreSQL manual, "Data Checksums"). Changes nothing. Throws where the role is no superuser, or the
 * server has not the module pg_prewarm.
 */
export async function readEveryPage(sql: Sql): Promise<PagesRead> {
  return rolledBack(sql, async (tx) => {
    const [{ checksums } = { checksums: false }] = await tx<
      { checksums: boolean }[]
    >`select current_setting('data_checksums') = 'on' as checksums`;
    const relations = await tx<({ oid: number } & Omit<Damage, "what">)[]>`
      select c.oid::int8 as oid, coalesce(o.oid, i.indrelid, c.oid)::regclass::text as table,
             case when c.relkind = 'i' then c.oid::regclass::text end as index
        from pg_class c
        left join pg_index i on i.indexrelid = c.oid
        left join pg_class o on o.reltoastrelid = coalesce(i.indrelid, c.oid)
       where c.relkind in ('r', 'm', 't', 'i', 'S') and c.relpersistence <> 't' and pg_relation_filenode(c.oid) is not null
       order by c.oid`;
    await tx`create schema reading_every_page`;
    await tx`drop extension if exists pg_prewarm`;
    await tx`create extension pg_prewarm schema reading_every_page`;
    const read: PagesRead = { relations: relations.length, pages: 0, damaged: [], checksums };
    for (const { oid, ...named } of relations) {
      const pages = await readRelation(tx, oid);
      if (typeof pages === "number") read.pages += pages;
      else read.damaged.push({ ...named, ...pages });
    }
    return read;
  });
}

/** The number of its pages; or why one of them cannot be read. */
async function readRelation(tx: Transaction, oid: number): Promise<number | { what: string }> {
  try {
    const [row] = await tx.savepoint(
      (inner) => inner<{ pages: number }[]>`
        select reading_every_page.pg_prewarm(${oid}::oid::regclass, 'buffer') as pages`,
    );
    return row?.pages ?? 0;
  } catch (error) {
    // A damaged page, a file that is not there or too short, and what the disk refuses to read.
    if (error instanceof postgres.PostgresError && /^(XX|58)/.test(error.code)) return { what: wordsOf(error) };
    throw error;
  }
}
