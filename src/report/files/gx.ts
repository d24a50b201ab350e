import { join } from "node:path";
import type { TableResults } from "../../core/messages/evidence.ts";
import type { ExpectationResult, RunDetail } from "../../core/messages/listings.ts";
import type { KeptSuite } from "../../core/messages/verdicts.ts";
import { fileName } from "../document/paths.ts";
import type { Place } from "../gather/place.ts";
import { writePage } from "./output.ts";

/** What of a result are keys and values of the data. */
const ofValues = [
  ...["partial_unexpected_list", "partial_unexpected_counts", "partial_unexpected_index_list", "partial_missing_list"],
  ...["unexpected_list", "unexpected_index_list", "unexpected_rows", "details"],
];

/**
 * Suites and validation results of a run where a file context of Great Expectations has its stores, of which it builds its Data
 * Docs: a suite a table, and a result for each run. Resolves to the folder.
 */
export async function writeGx(
  folder: string,
  { run, month, started_at, suites }: RunDetail,
  { tables }: { tables: TableResults[] },
  { values }: Place,
): Promise<string> {
  const time = runTime(started_at);
  for (const { table, result } of tables) {
    const name = fileName(table);
    const said = suites.find((one) => one.table === table);
    await writePage(join(folder, "gx/expectations", `${name}.json`), json(suiteOf(name, result.results, said)));
    const path = join(folder, "gx/uncommitted/validations", name, `${month}-run-${run}`, time, `${name}.json`);
    await writePage(path, json(validationOf(name, `${month}-run-${run}`, started_at, result, values)));
  }
  return folder;
}

/** As it names the folder of a run. */
function runTime(iso: string): string {
  return iso.replace(/[-:]/g, "").replace(/\.(\d{3})Z$/, ".$1000Z");
}

function suiteOf(name: string, results: readonly ExpectationResult[], said: KeptSuite | undefined): object {
  const { notes = null, meta = null } = said ?? {};
  return {
    name,
    expectations: results.map(({ expectation_config: config }, index) => ({ id: idOf(`${name} ${index}`), ...config })),
    id: idOf(name),
    // It reads no others than such as these.
    meta: { ...(isPlainObject(meta) && meta), great_expectations_version: "1.24.1" },
    notes: isText(notes) || (Array.isArray(notes) && notes.every(isText)) ? notes : null,
  };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The same for the same name. */
function idOf(name: string): string {
  const hex = new Bun.CryptoHasher("sha256").update(name).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

function validationOf(
  name: string,
  runName: string,
  at: string,
  result: TableResults["result"],
  values: boolean,
): object {
  const results = result.results.map((one) => (values ? one : withoutValues(one)));
  return {
    ...result,
    results,
    suite_name: name,
    meta: { ...result.meta, run_id: { run_name: runName, run_time: at } },
  };
}

function withoutValues(one: ExpectationResult): ExpectationResult {
  const kept = Object.entries(one.result).filter(([field]) => !ofValues.includes(field));
  const result = Object.fromEntries(kept) as ExpectationResult["result"];
  const { observed_value: observed } = result;
  return {
    ...one,
    result: typeof observed === "number" || observed === undefined ? result : { ...result, observed_value: null },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
