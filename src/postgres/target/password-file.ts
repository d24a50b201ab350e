import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Target } from "./url.ts";

const othersMayRead = 0o077;

/** The password that libpq's password file holds for this target; null without one. */
export function passwordFromFile(target: Target): string | null {
  const path = target.passfile ?? join(homedir(), ".pgpass");
  let text: string;
  try {
    const stats = statSync(path);
    // libpq ignores such a file, too: what others can read is no secret.
    if (!stats.isFile() || (stats.mode & othersMayRead) !== 0) return null;
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  const wanted = [
    target.host.startsWith("/") ? [target.host, "localhost"] : [target.host],
    [String(target.port)],
    [target.database],
    [target.user],
  ];
  for (const line of text.split("\n").filter((line) => !line.startsWith("#"))) {
    const fields = splitFields(line);
    if (wanted.every((values, index) => fields[index] === "*" || values.includes(fields[index] ?? ""))) {
      return fields[wanted.length] ?? null;
    }
  }
  return null;
}

/** Fields end at a colon; a backslash takes the next character as it is. */
function splitFields(line: string): string[] {
  const fields = line.replace(/\r$/, "").match(/(?:\\.|[^:\\])*(?::|$)/g) ?? [];
  return fields.map((field) => field.replace(/:$/, "").replace(/\\(.)/g, "$1"));
}
