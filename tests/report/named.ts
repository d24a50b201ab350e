import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { writeRows } from "../csv/reference.ts";
import type { DropFolder } from "../helpers/drops.ts";
import { ranIn } from "../helpers/pipeline.ts";
import type { TestDatabase } from "../helpers/server.ts";

/** A dataset of which everything that can be named is named by what a page could take for something else. */

const image = "<img src=x onerror=alert(1)>";
/** Of the file, of the table, and of what the suite says. */
const names = { table: `${image}"'`, snapshot: "</script><b>frozen", file: "=cmd() &lt;.csv" };

/** The key, then what is profiled and drawn: numbers, days, booleans and words. */
export const columns = {
  "<script>document.title='hit'</script>": "text primary key",
  "</td></tr></table>": "numeric",
  "=cmd()": "int",
  "\u202etxt.exe": "date",
  [image]: "text",
  '"; drop table victims; --': "boolean",
  "two\nlines\ttab": "text",
  ["w".repeat(60)]: "numeric",
  "Über 日本 &lt;b&gt;": "text",
};
const [key = "", amount = "", count = "", day = "", word = "", flag = "", lines = "", wide = "", other = ""] =
  Object.keys(columns);

export const suite = {
  name: "<i>suite</i>",
  notes: ["agreed in *March*", image],
  meta: { owner: "growth", "<b>at</b>": ["=cmd()", 1] },
};

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

function writeDataset(folder: string): void {
  mkdirSync(join(folder, "init"), { recursive: true });
  const declared = (rest: string) =>
    Object.entries(columns).map(([name, type]) => `${quoted(name)} ${type.replace(" primary key", rest)}`);
  writeFileSync(
    join(folder, "init/001.sql"),
    [
      "create schema if not exists named;",
      `create table if not exists named.${quoted(names.table)} (${declared(" primary key")});`,
      `create table if not exists named.${quoted(names.snapshot)} (${declared("")}, as_of date not null,`,
      `  primary key (${quoted(key)}, as_of)) partition by list (as_of);`,
    ].join("\n"),
  );
  const expectations = [
    { type: "expect_column_values_to_be_between", kwargs: { column: count, max_value: 40 }, severity: "warning" },
    { type: "expect_column_values_to_not_be_in_set", kwargs: { column: word, value_set: [image] }, severity: "info" },
    { type: "expect_column_values_to_not_be_null", kwargs: { column: key }, notes: image },
  ];
  writeFileSync(join(folder, "suite.json"), JSON.stringify({ ...suite, expectations }));
  const manifest = {
    ...{
      name: "named",
      schema: "named",
      first_month: "2024-01",
      as_of_column: "as_of",
      drift: { psi: 0.2, mean: 0.5 },
    },
    ...{ dates: { from: "2000-01-01", to: "2100-12-31" } },
    rows: { shrink: { warn: 0.1, reject: 0.5 }, grow: { warn: 0.5, reject: 3 } },
    tables: { [names.table]: { file: names.file, snapshot: names.snapshot, suite: "suite.json" } },
  };
  writeFileSync(join(folder, "dataset.json"), JSON.stringify(manifest));
}

function writeMonth(folder: string, month: number): void {
  mkdirSync(join(folder, `month_00${month}`), { recursive: true });
  const rows = Array.from({ length: 400 }, (_, row) => [
    ...[
      `<b>${row}</b>`,
      String((row % 90) * (month + 1)),
      String(row % 50),
      `2020-01-${String(1 + (row % 28)).padStart(2, "0")}`,
    ],
    ...[row % 3 === 0 ? image : "</textarea>plain", row % 2 === 0 ? "True" : "False", `a\n${row % 4}`],
    ...[`${row}.5`, `&amp;${row % 5}`],
  ]);
  const header = [key, amount, count, day, word, flag, lines, wide, other];
  writeFileSync(join(folder, `month_00${month}`, names.file), writeRows([header, ...rows], "\n", true));
}

/** Two months of it, run, of which the second drifted. */
export async function ranNamed({ path }: DropFolder, { url }: TestDatabase): Promise<Pipeline> {
  const [dataset, data] = [join(path, "dataset"), join(path, "named")];
  writeDataset(dataset);
  for (const month of [0, 1]) writeMonth(data, month);
  const pipeline = startPipeline({ data, home: join(path, "home"), database: url, dataset });
  await ranIn(pipeline, ["month_000", "month_001"]);
  return pipeline;
}
