import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { databaseVariables, type Environment, folderVariables } from "../core/settings.ts";

/** The folder that the console lies in. */
const project = Bun.fileURLToPath(new URL("../../", import.meta.url));

/**
 * Started from another folder, the console still means the database and the folders of its own: what neither an option nor
 * a variable says (Bun reads those of the working directory's `.env`) is read from the `.env` beside it, and its months and
 * home are the usual ones unless the working directory has some. A console that is installed as a package has none of
 * these: its users' folders are where they are.
 */
export function takeProjectSettings(env: Environment = process.env, cwd = process.cwd(), folder = project): void {
  if (resolve(cwd) === resolve(folder) || /[\\/]node_modules[\\/]/.test(folder)) return;
  const said = variablesOf(resolve(folder, ".env"));
  // Half of a database from here and half from there would be a third one.
  if (!databaseVariables.some((name) => env[name])) copy(databaseVariables, said, env);
  const isProject = Object.values(folderVariables).some((usual) => existsSync(resolve(cwd, usual)));
  for (const [name, usual] of Object.entries(folderVariables)) {
    if (env[name]) continue;
    if (said[name]) env[name] = resolve(folder, said[name]);
    else if (!isProject) env[name] = resolve(folder, usual);
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
