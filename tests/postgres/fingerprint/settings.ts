import type { Sql, Transaction } from "../../../src/postgres/connection/connect.ts";

/** Settings of a session, one or more at once. */
export interface Settings {
  values: Record<string, string>;
  /** Whether values of one type or another are then written otherwise. */
  isSeen?: true;
}

const parallel = { parallel_setup_cost: "0", parallel_tuple_cost: "0", min_parallel_table_scan_size: "0" };

export const settings: Settings[] = [
  { values: { extra_float_digits: "-15" }, isSeen: true },
  { values: { extra_float_digits: "0" }, isSeen: true },
  { values: { extra_float_digits: "3" } },
  { values: { DateStyle: "German, DMY" }, isSeen: true },
  { values: { DateStyle: "SQL, MDY" }, isSeen: true },
  { values: { IntervalStyle: "iso_8601" }, isSeen: true },
  { values: { IntervalStyle: "sql_standard" }, isSeen: true },
  { values: { TimeZone: "Asia/Tokyo" }, isSeen: true },
  { values: { TimeZone: "America/St_Johns", timezone_abbreviations: "India" }, isSeen: true },
  { values: { bytea_output: "escape" }, isSeen: true },
  { values: { client_encoding: "LATIN1" } },
  { values: { client_encoding: "SJIS" } },
  { values: { lc_monetary: "C", lc_numeric: "C", lc_time: "C", lc_messages: "C" } },
  { values: { xmloption: "document", xmlbinary: "hex" } },
  { values: { search_path: "" }, isSeen: true },
  { values: { search_path: "public, pg_catalog" } },
  { values: { standard_conforming_strings: "off", escape_string_warning: "off", backslash_quote: "off" } },
  { values: { array_nulls: "off", transform_null_equals: "on", quote_all_identifiers: "on" }, isSeen: true },
  { values: { default_text_search_config: "simple" } },
  { values: { transaction_read_only: "on", session_replication_role: "replica" } },
  { values: { jit: "on", jit_above_cost: "0", jit_inline_above_cost: "-1", jit_optimize_above_cost: "-1" } },
  { values: { jit: "off" } },
  { values: { max_parallel_workers_per_gather: "0" } },
  { values: { max_parallel_workers_per_gather: "4", ...parallel } },
  { values: { max_parallel_workers_per_gather: "4", parallel_leader_participation: "off", ...parallel } },
  { values: { enable_hashagg: "off" } },
  { values: { enable_sort: "off", enable_seqscan: "off", jit: "off" } },
  { values: { work_mem: "64kB", hash_mem_multiplier: "1" } },
  { values: { plan_cache_mode: "force_generic_plan" } },
  { values: { plan_cache_mode: "force_custom_plan" } },
];

/** What `ask` is told in a session that is set so; afterwards the session is as it was. */
export async function under<Answer>(
  sql: Sql,
  { values }: Settings,
  ask: (tx: Transaction) => Promise<Answer>,
): Promise<Answer> {
  let answer: { told: Answer } | undefined;
  await sql.begin(async (tx) => {
    // Plans that were made under other settings would be kept.
    await tx`discard plans`;
    for (const [name, value] of Object.entries(values)) await tx`select set_config(${name}, ${value}, true)`;
    answer = { told: await ask(tx) };
  });
  if (answer === undefined) throw new Error("nothing was told");
  return answer.told;
}
