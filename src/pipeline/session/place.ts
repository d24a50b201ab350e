import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { form, shipped } from "../../core/self.ts";
import { type Settings, usualDataset } from "../../core/settings.ts";

export const manifestName = "dataset.json";

/** Where a dataset lies: the folder that the manifest's paths are relative to. */
export interface DatasetPlace {
  folder: string;
  /** True for the one that lies beside the console, whose names in a database are as they were before there were others. */
  isOwn: boolean;
}

/**
 * The folder that is named, else that which comes with the console. Of a package and a program of one file that is an example:
 * the usual folder of the working directory goes before it.
 */
export function placeOf({ dataset }: Pick<Settings, "dataset">, cwd = process.cwd()): DatasetPlace {
  const own = shipped(usualDataset);
  const isHere = form !== "checkout" && existsSync(resolve(cwd, usualDataset, manifestName));
  const folder = dataset ?? (isHere ? usualDataset : own);
  return resolve(cwd, folder) === own ? { folder: own, isOwn: true } : { folder, isOwn: false };
}
