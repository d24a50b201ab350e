import { randomUUID } from "node:crypto";
import { ConsoleError } from "../../core/errors.ts";
import { ledgerFiles } from "../catalog/schema-files.ts";
import { rolledBack } from "../connection/attempt.ts";
import type { Queryable } from "../connection/connect.ts";

/** A column that a table of the ledger should have, and has not. */
interface LostColumn {
  table: string;
  /** As SQL names it. */
  column: string;
  /** A column of that type that others added, or made of it. */
  renamed: string | null;
  /** Type, default and all; null where the rows that are there need a value which nobody knows. */
  definition: string | null;
}

/** Which columns others took from the ledger, with what puts them back; null where all are there. */
export async function lostColumns(sql: Queryable): Promise<ConsoleError | null> {
  const lost = await rolledBack(sql, async (tx) => {
    // As it would be made today, beside it, and in a transaction of which nothing stays.
    const whole = `console_${randomUUID().replaceAll("-", "_")}`;
    for (const { statements } of ledgerFiles().filter((one) => /\btable\b/.test(one.statements))) {
      await tx.unsafe(
        statements.replace(/\bconsole(?=\.)/g, whole).replace("if not exists console;", `if not exists ${whole};`),
      );
    }
    return tx<LostColumn[]>`
      with columns as (
        select n.nspname as schema, c.relname as table, a.attname as name, a.attnum as place,
               format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as needed, a.attgenerated as computed,
               a.attidentity as identity, pg_get_expr(d.adbin, d.adrelid) as filled
          from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where n.nspname in ('console', ${whole}) and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped)
      select wanted.table, quote_ident(wanted.name) as column,
             (select quote_ident(min(other.name)) from columns other
               where other.schema = 'console' and other.table = wanted.table and other.type = wanted.type
                 and not exists (select from columns own where own.schema = ${whole} and own.table = other.table and own.name = other.name)
              having count(*) = 1) as renamed,
             case when wanted.identity = '' and (not wanted.needed or wanted.filled is not null) then
               wanted.type || case when wanted.needed then ' not null' else '' end
                 || case when wanted.computed <> '' then format(' generated always as (%s) stored', wanted.filled)
                         when wanted.filled is not null then ' default ' || wanted.filled else '' end end as definition
        from columns wanted
       where wanted.schema = ${whole}
         and exists (select from columns own where own.schema = 'console' and own.table = wanted.table)
         and not exists (select from columns own where own.schema = 'console' and own.table = wanted.table and own.name = wanted.name)
       order by wanted.table, wanted.place`;
  });
  if (lost.length === 0) return null;
  const names = lost.map(({ table, column }) => `${column} of console.${table}`).join(", ");
  const title = `The ledger was altered by other hands: there is no column ${names}.`;
  return new ConsoleError("schema_mismatch", title, { hint: remedyFor(lost) });
}

function remedyFor(lost: readonly LostColumn[]): string {
  const isLostForGood = ({ renamed, definition }: LostColumn) => renamed === null && definition === null;
  const backup = "Put the ledger back from a backup; without one, in psql:";
  if (lost.some((one) => one.table === "runs" && isLostForGood(one))) {
    return (
      `${backup} \`alter schema console rename to console_before; create schema console\` has the next command begin a new ` +
      "ledger; `adopt` shows the snapshots that stand and, with --yes, seals them."
    );
  }
  const anew = [...new Set(lost.filter(isLostForGood).map(({ table }) => table))];
  const altered = lost
    .filter(({ table }) => !anew.includes(table))
    .map(({ table, column, renamed, definition }) =>
      renamed === null
        ? `alter table console.${table} add column ${column} ${definition};`
        : `alter table console.${table} rename column ${renamed} to ${column};`,
    );
  if (anew.length === 0) {
    const isKept = lost.every(({ renamed }) => renamed !== null);
    return isKept
      ? `Name it back, in psql: \`${altered.join(" ")}\``
      : `${backup} \`${altered.join(" ")}\` What it held is lost.`;
  }
  const dropped = anew.map((table) => `drop table console.${table};`);
  const forgotten = anew.includes("migrations") ? [] : ["delete from console.migrations;"];
  return (
    `${backup} \`${[...altered, ...dropped, ...forgotten].join(" ")}\` has the next command make ` +
    "it anew, empty; what stands without a seal then, `adopt` shows and, with --yes, seals."
  );
}
