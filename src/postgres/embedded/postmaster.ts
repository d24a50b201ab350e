import { readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";

/** A server that runs on a data directory, as it describes itself in postmaster.pid. */
export interface Postmaster {
  pid: number;
  port: number;
  socketDirectory: string;
  /** False while it starts, recovers after a crash, or stops. */
  ready: boolean;
}

/** Lines of postmaster.pid (PostgreSQL's pidfile.h), counted from 0. */
const line = { pid: 0, port: 3, socketDirectory: 4, status: 7 };

const pollMs = 5;

/** Recovery after a crash replays at most max_wal_size of log. */
const patienceMs = 5 * 60_000;

function pidFile(data: string): string {
  return join(data, "postmaster.pid");
}

function readPidFile(data: string): string[] | null {
  try {
    return readFileSync(pidFile(data), "utf8").split("\n");
  } catch {
    return null;
  }
}

/** The server that runs on this data directory; null when none does, whatever a stale postmaster.pid says. */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const lines = readPidFile(data);
  const pid = Number(lines?.[line.pid]);
  if (!lines || !Number.isInteger(pid) || pid <= 0 || !(await serves(pid, data))) return null;
  return {
    pid,
    port: Number(lines[line.port]),
    socketDirectory: lines[line.socketDirectory] ?? "",
    ready: lines[line.status]?.trim() === "ready",
  };
}

/** Whether the process is a server on this data directory: process numbers are used again, after a reboot above all. */
async function serves(pid: number, data: string): Promise<boolean> {
  if (process.platform === "linux") {
    const words = await readWords(`/proc/${pid}/cmdline`);
    return words.includes(data) && words.some((word) => word.endsWith("/postgres"));
  }
  const ps = Bun.spawn(["ps", "-ww", "-o", "args=", "-p", String(pid)], { stderr: "ignore" });
  const words = await ps.stdout.text();
  return words.includes(data) && words.includes("/postgres");
}

async function readWords(path: string): Promise<string[]> {
  try {
    return (await Bun.file(path).text()).split("\0");
  } catch {
    return [];
  }
}

/**
 * A pid file left by a crash whose number now belongs to an unrelated process would keep PostgreSQL from starting.
 * Removing it would also remove the trace of shared memory that surviving backends use, so only the number is
 * changed: to ours, which the server is told is its grandparent, and whom it never takes for a rival.
 */
export function disownPidFile(data: string): void {
  const lines = readPidFile(data);
  if (lines) writeFileSync(pidFile(data), [process.pid, ...lines.slice(1)].join("\n"));
}

/**
 * Fast shutdown: open transactions are rolled back, everything is written. Returns when the server is gone; one that
 * takes longer to write than anybody would wait is on its way, and the next to come waits for it.
 */
export async function stopPostmaster(data: string, postmaster: Postmaster): Promise<void> {
  const deadline = Date.now() + patienceMs;
  if (await serves(postmaster.pid, data)) signal(postmaster.pid, "SIGINT");
  while ((await serves(postmaster.pid, data)) && Date.now() < deadline) await Bun.sleep(pollMs);
  try {
    rmdirSync(postmaster.socketDirectory);
  } catch {
    // Somebody else's files are in it, or it is gone: either way it is not ours to force.
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Wait until the server accepts connections; null when there is none and none is `coming`. */
export async function waitUntilReady(data: string, coming: () => boolean): Promise<Postmaster | null> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    // Asked before looking: what has come and gone between the two is then seen as gone.
    const more = coming();
    const postmaster = await findPostmaster(data);
    if (postmaster?.ready) return postmaster;
    if (!postmaster && !more) return null;
    if (Date.now() > deadline) throw tooSlow(data);
    await Bun.sleep(pollMs);
  }
}

function tooSlow(data: string): ConsoleError {
  return new ConsoleError("embedded_unavailable", `The server on ${data} has not become ready in five minutes`, {
    hint: "It may be recovering from a crash: see server.log beside that folder, and try again later.",
  });
}
