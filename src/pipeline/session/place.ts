import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { shipped } from "../../core/self.ts";
import { manifestName, type Settings, usualDataset } from "../../core/settings.ts";

/** Where a dataset lies: the folder that the manifest's paths are relative to. */
export interface DatasetPlace {
  folder: string;
  /** True for the one that lies beside the console. */
  isOwn: boolean;
}

/** The folder that is named, else the usual one of the working directory, else that which comes with the console. */
export function placeOf({ dataset }: Pick<Settings, "dataset">, cwd = process.cwd()): DatasetPlace {
  const own = shipped(usualDataset);
  const isHere = existsSync(resolve(cwd, usualDataset, manifestName));
  const folder = dataset ?? (isHere ? usualDataset : own);
  return resolve(cwd, folder) === own ? { folder: own, isOwn: true } : { folder, isOwn: false };
}
