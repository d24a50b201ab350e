import type { Column } from "../../core/columns.ts";
import { escapeControl } from "../../core/text.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { commas, name, q, toFragment, value } from "../plan/sql.ts";
import { wholeTable } from "../results/select.ts";

/** The different texts of a column that has few of them. */
export interface Categories {
  values: string[];
  /** In how many rows the rarest of them stands. */
  rarest: number;
}

/** Texts of a set that is proposed at most, and rows at least in which each of them must stand. */
const mostValues = 20;
export const fewestRows = 10;

/** Rows that tell of a column that its texts are no categories, before all of them are grouped. */
const sampled = 10_000;

/** Columns grouped by one scan. */
const together = 50;

/** Of the columns with few different texts, these. */
export async function readCategories(
  tx: Transaction,
  table: TableName,
  columns: readonly Column[],
): Promise<Map<Column, Categories>> {
  const found = new Map<Column, Categories>();
  const likely = await withFewInSample(tx, table, columns);
  for (let at = 0; at < likely.length; at += together) {
    const some = likely.slice(at, at + together);
    // Under names of ours: the table may have any.
    const columnsAsText = some.map(({ name: column }, place) => q`${name(column)}::text as ${name(`text_${place}`)}`);
    const cells = some.map((_, place) => q`(${value("int8", String(place))}, ${name(`text_${place}`)})`);
    const groups = q`select place, v, count(*) as times
                       from (select ${commas(columnsAsText)} from ${wholeTable}) texts
                      cross join lateral (values ${commas(cells)}) cell (place, v)
                      where v is not null group by place, v`;
    // Of a column that turns out to have many, one too many is enough to know it.
    const first = q`select *, row_number() over (partition by place) as nth from (${groups}) g`;
    const most = value("int8", String(mostValues));
    const statement = q`select place, min(times) as rarest, array_agg(v order by v collate "C") as texts from (${first}) f
                         where nth <= ${most} + 1 group by place having count(*) <= ${most}`;
    const rows = await tx<{ place: number; rarest: number; texts: string[] }[]>`${toFragment(tx, statement, table)}`;
    for (const { place, rarest, texts } of rows) {
      const column = some[place];
      if (column !== undefined) found.set(column, { values: texts, rarest });
    }
  }
  return found;
}

async function withFewInSample(tx: Transaction, table: TableName, columns: readonly Column[]): Promise<Column[]> {
  if (columns.length === 0) return [];
  const counts = columns.map((column) => q`count(distinct ${name(column.name)})`);
  const sample = q`select * from ${wholeTable} limit ${value("int8", String(sampled))}`;
  const [row = []] = await toFragment(tx, q`select ${commas(counts)} from (${sample}) sample`, table).values();
  return columns.filter((_, at) => Number(row[at]) <= mostValues);
}

/** Words in the names of columns that hold what is somebody's own, or what somebody wrote. */
const personal = new Set(
  (
    "name firstname lastname middlename surname forename fullname nickname username login email mail phone telephone tel mobile " +
    "cell fax address street birth birthday birthdate dob ssn passport iban card comment comments note notes remark remarks " +
    "message subject text description"
  ).split(" "),
);

/** Words at the end of such names: a column `customer` is one, `customer_type` is none. */
const persons = new Set(
  (
    "agent assignee author by client contact customer driver employee guest manager member owner patient person recipient rep " +
    "seller sender student teacher to user"
  ).split(" "),
);

/** Whether a column's name says that its texts are of persons, or free. */
export function isPersonal({ name: column }: Column): boolean {
  const spaced = column.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase();
  const words = spaced.split(/[^\p{L}]+/u).filter(Boolean);
  return words.some((word) => personal.has(word)) || persons.has(words.at(-1) ?? "");
}

const longestCategory = 40;

/** Whether these are like names of persons: words with a capital letter, two or more of them each. */
export function areNames(texts: readonly string[]): boolean {
  return texts.every((text) => /^\p{Lu}[\p{L}'’.-]*( \p{Lu}[\p{L}'’.-]*)+$/u.test(text));
}

/** Whether a text may be that of a person, or of nobody: an address, a number of many digits, a sentence, what does not show. */
export function isTelling(text: string): boolean {
  const isFree = text.length > longestCategory || text.split(/\s+/).length > 5;
  return isFree || /@|:\/\/|\d[\d\s().-]{3,}\d/.test(text) || escapeControl(text) !== text || text.trim() === "";
}
