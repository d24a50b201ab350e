import { writeFileSync } from "node:fs";
import type { ServerPaths } from "./home.ts";
import { isServerLocked } from "./locks.ts";
import {
  holdersOf,
  isServerIn,
  ownNumberOf,
  type Place,
  placeOf,
  readText,
  serversIn,
  titleOf,
} from "./system/processes.ts";

/** A server that runs on a data directory, as it describes itself in postmaster.pid. */
export interface Postmaster {
  pid: number;
  port: number;
  socketDirectory: string;
  status: "starting" | "ready" | "stopping";
  /** Its data directory. */
  place: Place;
}

/** What lives on a home. */
export type Present =
  | { state: "none" }
  | { state: "here"; postmaster: Postmaster }
  /** Processes of a server that is gone, or has yet to say who it is. */
  | { state: "unsettled" }
  /** Other programs that a session of a server started, and that have outlived it. */
  | { state: "outlived"; by: number[] }
  /**
   * A server in another container or process space, whose number and /tmp are not ours. `pid` is what it calls itself, and
   * `process` its number here, where it has one.
   */
  | { state: "elsewhere"; pid: number | null; process: number | null };

/** What postmaster.pid says, in the lines of PostgreSQL's pidfile.h; `pid` is null where it names none. */
function recorded(file: string) {
  const [first, , , port, socketDirectory = "", , , status] = readText(file)?.split("\n") ?? [];
  const pid = Number(first);
  return {
    pid: Number.isInteger(pid) && pid > 0 ? pid : null,
    port: Number(port),
    socketDirectory,
    status: status?.trim(),
  };
}

/** The server that runs on this data directory, and that we can see; null when none does, whatever postmaster.pid says. */
export function findPostmaster(paths: ServerPaths): Postmaster | null {
  const { pid, status, ...socket } = recorded(paths.pid);
  const place = placeOf(paths.data);
  if (pid === null || place === null || !isServerIn(pid, place)) return null;
  return { ...socket, pid, place, status: status === "ready" || status === "stopping" ? status : "starting" };
}

/** Who lives on the home: the kernel is believed, and what a file says only where it names whom we can see. */
export function whoLivesOn(paths: ServerPaths): Present {
  const known = findPostmaster(paths);
  if (known !== null) return { state: "here", postmaster: known };
  const isLocked = isServerLocked(paths);
  // It may have said who it is between the two looks.
  const since = findPostmaster(paths);
  if (since !== null) return { state: "here", postmaster: since };
  // Also without a lock: its file may have been removed, or replaced by one from a backup.
  // One that starts is in the folder for a moment, as is what a killed initdb has left, which holds no lock.
  const folders = isLocked ? [paths.data, paths.folder] : [paths.data];
  const visible = serversIn(folders.map(placeOf));
  const { pid } = recorded(paths.pid);
  // A pid file may be gone, or another server's: what is no session is the server all the same, and not for us to end.
  const isSession = (one: number) => titleOf(one).startsWith("postgres: ");
  const itself = visible.find((one) => ownNumberOf(one) === pid) ?? visible.find((one) => !isSession(one));
  if (itself !== undefined) return { state: "elsewhere", pid, process: itself };
  if (visible.length > 0) return { state: "unsettled" };
  if (!isLocked) return { state: "none" };
  const by = holdersOf(paths.server);
  return by.length > 0 ? { state: "outlived", by } : { state: "elsewhere", pid, process: null };
}

/**
 * A pid file left by a crash whose number now belongs to an unrelated process would keep PostgreSQL from starting.
 * Removing it would also remove the trace of shared memory that surviving backends use, so only the number is
 * changed: to ours, which the server is told is its grandparent, and whom it never takes for a rival. Only for whoever
 * knows that no server lives.
 */
export function disownPidFile({ pid: file }: ServerPaths): void {
  const lines = readText(file)?.split("\n");
  if (lines) writeFileSync(file, [process.pid, ...lines.slice(1)].join("\n"));
}
