import { showValue } from "../../src/core/text.ts";
import type { RuleCase } from "./rule-cases.ts";

/** How large a row may be is found out by the server alone, which compresses what is easy to compress. */

/** Text that cannot be made much smaller. */
export function noise(bytes: number): string {
  let text = "";
  for (let at = 0; text.length < bytes; at++) text += new Bun.CryptoHasher("sha512").update(String(at)).digest("hex");
  return text.slice(0, bytes);
}

const long = noise(8_000);
const large = (line: number, column: string, value: string) =>
  `t.csv:${line} ${column} row_too_large ${showValue(value)}`;
export const largeRuleCases: RuleCase[] = [
  {
    name: "a key too large for its index",
    manifest: { t: { snapshot: "s" } },
    tables: `create table t (id text primary key, n int); create table s (id text, as_of date, n int, primary key (id, as_of))`,
    drop: { t: `id,n\n${long},1\n${"a".repeat(9_000)},2\nx${long},3\nb,4\ny${long},5\n` },
    faults: [large(2, "id", long), large(4, "id", `x${long}`), large(6, "id", `y${long}`)],
    rule: "t_pkey of t takes 2,704 bytes",
  },
  {
    name: "a value too large for an index of a part of the rows, by an expression",
    tables: `create table t (id text primary key, a text, b text); create index "both 2024" on t ((a || b), id) where a <> 'n'`,
    drop: { t: `id,a,b\nx,${long},\ny,${long},q\nz,n,${long}\nw,m,${long}\nv,l,${long}\nu,k,j\n` },
    faults: [
      large(3, "id, a, b", `y, ${long}, q`),
      large(5, "id, a, b", `w, m, ${long}`),
      large(6, "id, a, b", `v, l, ${long}`),
    ],
    rule: "both 2024 of t takes",
  },
  {
    name: "a value too large for an index of the snapshot table",
    manifest: { t: { snapshot: "s" } },
    tables: `create table t (id text primary key, a text);
      create table s (id text, as_of date, a text, primary key (id, as_of)) partition by list (as_of); create index by_a on s (a)`,
    drop: { t: `id,a\nx,${long}\ny,a\nz,1${long}\nw,2${long}\n` },
    faults: [large(2, "a", long), large(4, "a", `1${long}`), large(5, "a", `2${long}`)],
    rule: "by_a of s takes",
  },
];
