import { join } from "node:path";
import { type Dataset, parseManifest } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import { program } from "../../core/self.ts";
import { manifestName, type Settings, shellWord, usualDataset } from "../../core/settings.ts";
import { escapeControl } from "../../core/text.ts";
import { withChecksOf } from "./checked-before.ts";
import { placeOf } from "./place.ts";

/** Throws where there is no manifest, or none that is sound. */
export function readDataset(settings: Settings): Promise<Dataset> {
  return withChecksOf(settings, async () => {
    const { folder, isOwn } = placeOf(settings);
    const path = join(folder, manifestName);
    const called = isOwn ? join(usualDataset, manifestName) : escapeControl(path);
    const text = await Bun.file(path)
      .text()
      .catch((cause) => {
        throw noManifest(escapeControl(folder), called, cause);
      });
    return parseManifest(text, called);
  });
}

function noManifest(folder: string, path: string, cause: unknown): ConsoleError {
  return new ConsoleError("manifest_invalid", `The manifest ${path} cannot be read.`, {
    hint:
      "Point --dataset or STREAMFLOW_DATASET at a folder that holds dataset.json, or have one written from a drop: " +
      `\`${program} init DROP --to ${shellWord(folder)}\`.`,
    cause,
  });
}
