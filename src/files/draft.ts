import { readdirSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ConsoleError, messageOf } from "../core/errors.ts";
import { isAlive } from "./alive.ts";

/**
 * What is written under another name until it is whole, beside the place that it is for. The name tells whose it is: two may
 * write the same at once, and what was left by one that was killed over it is taken away by the next that writes in its folder.
 */

const named = /\.streamflow-(?<host>.+)-(?<pid>\d+)-\d+\.partial$/;
/** What another machine left is known by its age alone. */
const longestMs = 24 * 3_600_000;

/** Those of this process: of one that had its number before, as in a container, some may be there as well. */
const own = new Set<string>();
const lookedIn = new Set<string>();
let begun = 0;

/** Whether that is what something is called that is not whole yet, whoever writes it. */
export function isDraft(name: string): boolean {
  return named.test(name);
}

/** A name for what is to get that one. Whoever asks for it ends it, whatever comes. */
export function beginDraft(path: string): string {
  const folder = resolve(dirname(path));
  if (!lookedIn.has(folder)) removeLeft(folder);
  lookedIn.add(folder);
  const draft = `${path}.streamflow-${hostname()}-${process.pid}-${++begun}.partial`;
  own.add(resolve(draft));
  return draft;
}

/** Removes it where it did not get its name. */
export function endDraft(draft: string): void {
  own.delete(resolve(draft));
  remove(draft);
}

function removeLeft(folder: string): void {
  for (const name of namesIn(folder)) if (isLeft(folder, name)) remove(join(folder, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Whoever is to write there tells why that cannot be.
    return [];
  }
}

function isLeft(folder: string, name: string): boolean {
  const groups = named.exec(name)?.groups;
  if (groups === undefined || own.has(join(folder, name))) return false;
  const pid = Number(groups.pid);
  if (groups.host === hostname()) return pid === process.pid || !isAlive(pid);
  const found = statSync(join(folder, name), { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > longestMs;
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Of a disk that takes no more, or of another user: what is told is what became of the file itself.
  }
}

/** Why it could not be written, without the draft, of which nobody has asked: `ENOENT: no such file or directory`. */
export function whyUnwritten(cause: unknown): string {
  return messageOf(cause).replace(/, \w+ '.*'$/s, "");
}

export function unwritable(what: string, cause: unknown, hint: string): ConsoleError {
  return new ConsoleError("io_error", `${what} cannot be written: ${whyUnwritten(cause)}`, { hint, cause });
}
