import { readFileSync } from "node:fs";
import { codeOf } from "../core/errors.ts";

/** Whether a process of this machine is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // One of another user is there, too.
    return codeOf(error) !== "ESRCH";
  }
  try {
    // In a container there may be nobody who buries the dead.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}
