import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const project = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of the console in this folder, whose packages are this one's, but for some. */
export function copyConsole(folder: string, without: readonly string[] = []): void {
  const packages = join(folder, "node_modules");
  mkdirSync(packages, { recursive: true });
  for (const part of ["src", "db", "package.json"]) {
    cpSync(join(project, part), join(folder, part), { recursive: true });
  }
  for (const one of readdirSync(join(project, "node_modules")).filter((one) => !without.includes(one))) {
    symlinkSync(join(project, "node_modules", one), join(packages, one));
  }
}
