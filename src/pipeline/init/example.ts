import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest } from "../../core/dataset.ts";
import type { DatasetWritten } from "../../core/messages/suggestions.ts";
import { program, shipped } from "../../core/self.ts";
import { manifestName, shellWord, usualDataset } from "../../core/settings.ts";
import { schemaFiles } from "../../postgres/catalog/schema-files.ts";
import { requireFree, writeFiles } from "./write.ts";

export const schemaFile = "schemas/dataset.schema.json";

/** A copy of the dataset that comes with the console, without what makes the console's own tables. */
export async function copyExample(to: string | null, overwrite: boolean): Promise<DatasetWritten> {
  const folder = to ?? usualDataset;
  const own = shipped(usualDataset);
  const suites = readdirSync(join(own, "expectations")).map((name) => `expectations/${name}`);
  const texts = [manifestName, schemaFile, ...suites].map(
    (file) => [file, readFileSync(join(own, file), "utf8")] as const,
  );
  const sql = schemaFiles(join(own, "init"), null).filter(({ isOfLedger }) => !isOfLedger);
  const files = new Map([...texts, ...sql.map(({ file, statements }) => [`init/${file}`, statements] as const)]);
  await requireFree(folder, [...files.keys()], overwrite);
  await writeFiles(folder, files);
  const { name } = parseManifest(files.get(manifestName) ?? "", join(folder, manifestName));
  const flag = folder === usualDataset ? "" : ` --dataset ${shellWord(folder)}`;
  return { name, folder, files: [...files.keys()], tables: [], left_out: [], next: [`${program}${flag} doctor`] };
}
