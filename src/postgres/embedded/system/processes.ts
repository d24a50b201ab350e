import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";
import { codeOf } from "../../../core/errors.ts";

/** A folder itself, whatever its path is called by now: its device and number there. */
export type Place = `${number}:${number}`;

/** Null where there is none. */
export function placeOf(folder: string): Place | null {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** Null where there is no such file, or none that we may read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

const onLinux = process.platform === "linux";

/** What Linux's /proc tells of a process; elsewhere, what the program of these words says. Nothing where there is none. */
function toldOf(pid: number, file: string, ...words: string[]): string {
  return onLinux ? (readText(`/proc/${pid}/${file}`) ?? "") : outputOf(...words, "-p", String(pid));
}

/** What a program says; nothing where it is not installed. */
function outputOf(...words: string[]): string {
  try {
    return Bun.spawnSync(words, { stderr: "ignore" }).stdout.toString();
  } catch {
    return "";
  }
}

/** Where a process works, if it is one of a PostgreSQL server's; null as well when we may not look at it. */
function workplaceOf(pid: number): Place | null {
  try {
    if (onLinux) return workplaceOnLinux(pid);
    const found = outputOf("lsof", "-a", "-p", String(pid), "-d", "cwd,txt", "-Ffn");
    const named = (kind: string) => new RegExp(`^f${kind}\\nn(.*)$`, "m").exec(found)?.[1] ?? "";
    return basename(named("txt")) === "postgres" ? placeOf(named("cwd")) : null;
  } catch {
    return null;
  }
}

function workplaceOnLinux(pid: number): Place | null {
  try {
    // Of a program that was replaced since, as by an update, the system says so behind the name.
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
    return program === "postgres" ? placeOf(`/proc/${pid}/cwd`) : null;
  } catch (error) {
    if (codeOf(error) !== "EACCES" || statSync(`/proc/${pid}`).uid !== process.getuid?.()) return null;
    // One of our own that was started with another group shows no more than its arguments.
    const words = toldOf(pid, "cmdline").split("\0");
    return basename(words[0] ?? "") === "postgres" ? placeOf(words[words.indexOf("-D") + 1] ?? "") : null;
  }
}

/**
 * Whether this process is a PostgreSQL server at work in this very folder: a server changes into its data directory and
 * stays there. Its arguments prove nothing.
 */
export function isServerIn(pid: number, place: Place): boolean {
  return workplaceOf(pid) === place;
}

/** The processes of servers at work in one of these folders, as far as we may look. */
export function serversIn(places: readonly (Place | null)[]): number[] {
  return allProcesses().filter((pid) => {
    const place = workplaceOf(pid);
    return place !== null && places.includes(place);
  });
}

/** Elsewhere than on Linux, servers' alone. */
function allProcesses(): number[] {
  const names = onLinux ? readdirSync("/proc") : outputOf("pgrep", "-x", "postgres").split("\n");
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** The number that a process has to itself; another than ours in a process space of its own, such as a container's. */
export function ownNumberOf(pid: number): number {
  const numbers = onLinux ? /^NSpid:.*\s(\d+)$/m.exec(toldOf(pid, "status")) : null;
  return Number(numbers?.[1] ?? pid);
}

/** What a process of a server's says that it does; one that the server has started, such as a session, as `postgres: …`. */
export function titleOf(pid: number): string {
  return toldOf(pid, "cmdline", "ps", "-ww", "-o", "args=");
}

/** Whether the process stands still by a signal, as after Ctrl-Z. */
export function isStopped(pid: number): boolean {
  return (onLinux ? /^State:\s+T/m : /^\s*T/).test(toldOf(pid, "status", "ps", "-o", "state="));
}

/** What the process is called. */
export function commandOf(pid: number): string {
  return toldOf(pid, "comm", "ps", "-o", "comm=").trim() || "gone";
}

/** Processes that have this file open, as far as we may look; ours are none of them. */
export function holdersOf(path: string): number[] {
  if (!onLinux) return outputOf("lsof", "-t", path).split("\n").filter(Boolean).map(Number);
  const place = placeOf(path);
  return place === null ? [] : allProcesses().filter((pid) => pid !== process.pid && hasOpen(pid, place));
}

function hasOpen(pid: number, place: Place): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((handle) => placeOf(`${folder}/${handle}`) === place);
  } catch {
    return false;
  }
}
