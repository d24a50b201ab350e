import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { codeOf, usageError } from "../../core/errors.ts";
import { isParameter, type Parameter } from "./parameters.ts";

type Environment = Record<string, string | undefined>;

/** Where systems keep the file of all their users: Debian, Red Hat. */
const systemFolders = ["/etc/postgresql-common", "/etc/sysconfig/pgsql"];

/**
 * What a service stands for (libpq's manual, "The Connection Service File"): the user's own file comes before the system's.
 * Throws a usage error where neither knows it.
 */
export function parametersOf(service: string, env: Environment): ReadonlyMap<Parameter, string> {
  const own = env.PGSERVICEFILE || join(env.HOME || homedir(), ".pg_service.conf");
  const folders = env.PGSYSCONFDIR ? [env.PGSYSCONFDIR] : systemFolders;
  const files = [own, ...folders.map((folder) => join(folder, "pg_service.conf"))];
  for (const file of files) {
    const lines = linesOf(file, service);
    if (lines !== null) return new Map(lines.map((line) => setting(line, file)));
  }
  throw usageError(
    `The service "${service}" is defined neither in ${files.join(" nor in ")}.`,
    "Define it there, or leave service or PGSERVICE out and write what it stands for into the URL.",
  );
}

/** The lines of a service's section that say something; null where the file has no such section, or is not there. */
function linesOf(file: string, service: string): string[] | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return null;
    throw usageError(`The service file ${file} cannot be read.`, "Let it be read, or name another as PGSERVICEFILE.");
  }
  const lines = text.split("\n").map((line) => line.trim());
  const begin = lines.indexOf(`[${service}]`);
  if (begin < 0) return null;
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => line.startsWith("["));
  return (end < 0 ? rest : rest.slice(0, end)).filter((line) => line !== "" && !line.startsWith("#"));
}

function setting(line: string, file: string): [Parameter, string] {
  const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(line) ?? [];
  if (isParameter(name) && name !== "service") return [name, value];
  // The line itself may hold a password.
  const which = /^\w+$/.test(name) ? `the parameter "${name}"` : "a line without a parameter";
  throw usageError(`The service file ${file} has ${which}, which cannot be.`, "Correct that line, or take it out.");
}
