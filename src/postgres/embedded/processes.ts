import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";

/** A folder itself, whatever its path is called by now. */
export interface Place {
  dev: number;
  ino: number;
}

/** Null where there is none. */
export function placeOf(folder: string): Place | null {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found === undefined ? null : { dev: found.dev, ino: found.ino };
}

/** A process as the system knows it: what it runs, and where it works. */
interface Process {
  program: string;
  place: Place;
}

const onLinux = process.platform === "linux";

/** Null when there is none that we may look at. */
function processOf(pid: number): Process | null {
  try {
    if (onLinux) return processOnLinux(pid);
    const found = outputOf("lsof", "-a", "-p", String(pid), "-d", "cwd,txt", "-Ffn");
    const named = (kind: string) => new RegExp(`^f${kind}\\nn(.*)$`, "m").exec(found)?.[1] ?? "";
    const place = placeOf(named("cwd"));
    return place && { program: basename(named("txt")), place };
  } catch {
    return null;
  }
}

function processOnLinux(pid: number): Process | null {
  try {
    // Of a program that was replaced since, as by an update, the system says so behind the name.
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
    const { dev, ino } = statSync(`/proc/${pid}/cwd`);
    return { program, place: { dev, ino } };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EACCES")) return null;
    // One of our own that was started with another group shows no more than its arguments.
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const place = placeOf(words[words.indexOf("-D") + 1] ?? "");
    return statSync(`/proc/${pid}`).uid === process.getuid?.()
      ? place && { program: basename(words[0] ?? ""), place }
      : null;
  }
}

/** What a program says; nothing where it is not installed. */
function outputOf(...words: string[]): string {
  try {
    return Bun.spawnSync(words, { stderr: "ignore" }).stdout.toString();
  } catch {
    return "";
  }
}

/**
 * Whether this process is a PostgreSQL server at work in this very folder: a server changes into its data directory and
 * stays there. Its arguments prove nothing.
 */
export function isServerIn(pid: number, place: Place): boolean {
  const found = processOf(pid);
  return found?.program === "postgres" && found.place.dev === place.dev && found.place.ino === place.ino;
}

/** The processes of servers at work in one of these folders, as far as we may look. */
export function serversIn(places: readonly Place[]): number[] {
  const pids = onLinux ? readdirSync("/proc") : outputOf("pgrep", "-x", "postgres").split("\n");
  return pids
    .filter((pid) => /^\d+$/.test(pid))
    .map(Number)
    .filter((pid) => places.some((place) => isServerIn(pid, place)));
}

/** The number that a process has to itself; another than ours in a process space of its own, such as a container's. */
export function ownNumberOf(pid: number): number {
  if (!onLinux) return pid;
  try {
    const numbers = /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
    return Number(numbers.split(/\s+/).at(-1)) || pid;
  } catch {
    return pid;
  }
}

/** What a server's process says that it does. */
export function titleOf(pid: number): string {
  if (!onLinux) return outputOf("ps", "-ww", "-o", "args=", "-p", String(pid));
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Whether a server's process is one that it has started, such as a session: all of these say what they do. */
export function isSession(pid: number): boolean {
  return titleOf(pid).startsWith("postgres: ");
}

/** Whether the process stands still by a signal, as after Ctrl-Z. */
export function isStopped(pid: number): boolean {
  if (!onLinux) return outputOf("ps", "-o", "state=", "-p", String(pid)).trim().startsWith("T");
  try {
    return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Processes that have this file open, as far as we may look; ours are none of them. */
export function holdersOf(path: string): number[] {
  if (!onLinux) return outputOf("lsof", "-t", path).split("\n").filter(Boolean).map(Number);
  const place = placeOf(path);
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .map(Number)
    .filter((pid) => place !== null && hasOpen(pid, place));
}

function hasOpen(pid: number, place: Place): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((handle) => {
      const found = placeOf(`${folder}/${handle}`);
      return found?.dev === place.dev && found.ino === place.ino;
    });
  } catch {
    return false;
  }
}

/** What the process is called. */
export function nameOf(pid: number): string {
  if (!onLinux) return outputOf("ps", "-o", "comm=", "-p", String(pid)).trim();
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "gone";
  }
}
