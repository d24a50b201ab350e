import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Form, form, ownFolder, shipped } from "../core/self.ts";
import {
  databaseVariables,
  datasetVariable,
  type Environment,
  folderVariables,
  isInBucket,
  manifestName,
  usualDataset,
} from "../core/settings.ts";

/**
 * Started from another folder, a checkout still means the database and the folders of its own: what neither an option nor
 * a variable says (Bun reads those of the working directory's `.env`) is read from the `.env` beside it, and its months and
 * home are the usual ones unless the working directory has some. Of a package only the months are used, as an example, and
 * after the home was begun with them, too: where it lies is no place for its users' files. Nor is a checkout's home one for
 * a dataset of the working directory.
 */
export function takeProjectSettings(env: Environment = process.env, cwd = process.cwd(), own = itself): void {
  if (own.folder === null || resolve(cwd) === own.folder) return;
  const { folder } = own;
  const said = own.form === "checkout" ? variablesOf(resolve(folder, ".env")) : {};
  // Half of a database from here and half from there would be a third one.
  if (!databaseVariables.some((name) => env[name])) copy(databaseVariables, said, env);
  const has = (...usual: string[]) => existsSync(resolve(cwd, ...usual));
  const { STREAMFLOW_HOME: home, ...months } = folderVariables;
  const hasDataset = has(usualDataset, manifestName);
  const lent = own.form === "checkout" && !hasDataset ? { ...months, STREAMFLOW_HOME: home } : months;
  copyPaths(said, folder, env);
  const isBegun = has(home) && (own.form === "checkout" || hasDataset);
  if (!isBegun && !Object.values(months).some((usual) => has(usual))) copyPaths(lent, folder, env);
}

const itself: { folder: string | null; form: Form } = { folder: ownFolder, form };

/** Whether these are the months that are shipped, and not those of the working directory. */
export function areShippedMonths(data: string, cwd = process.cwd()): boolean {
  return cwd !== ownFolder && data === shipped(folderVariables.STREAMFLOW_DATA);
}

function copyPaths(from: Environment, folder: string, to: Environment): void {
  for (const name of [...Object.keys(folderVariables), datasetVariable]) {
    const path = from[name];
    if (path && !to[name]) to[name] = isInBucket(path) ? path : resolve(folder, path);
  }
}

function copy(names: readonly string[], from: Environment, to: Environment): void {
  for (const name of names) if (from[name]) to[name] = from[name];
}

function variablesOf(file: string): Environment {
  if (!existsSync(file)) return {};
  const { parseEnv } = require("node:util") as typeof import("node:util");
  return parseEnv(readFileSync(file, "utf8"));
}
