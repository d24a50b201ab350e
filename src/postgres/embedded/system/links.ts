import { lstatSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConsoleError, codeOf } from "../../../core/errors.ts";

/**
 * Makes the links to PostgreSQL's libraries that its package lists, where they are missing: registries carry none, the
 * package makes them once it was installed, and many an installer does not let it. `folder` is that of the package.
 */
export function makeLinks(folder: string): void {
  const list = join(folder, "native/pg-symlinks.json");
  if (!isThere(list)) return;
  const listed: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of listed) link(join(folder, source), join(folder, target));
}

/** Both lie in one folder: a link without one stays right when that is moved. */
function link(source: string, target: string): void {
  if (dirname(source) !== dirname(target) || isThere(target)) return;
  try {
    symlinkSync(basename(source), target);
  } catch (cause) {
    // Another console was faster.
    if (codeOf(cause) === "EEXIST") return;
    throw new ConsoleError("installation", `The embedded PostgreSQL lacks the link ${target}, which cannot be made.`, {
      hint:
        "It was installed without its scripts. Run `bun install --force` in the console's folder as somebody who may " +
        "write there, or set DATABASE_URL to a PostgreSQL of your own.",
      cause,
    });
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
