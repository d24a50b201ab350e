import { hostname, userInfo } from "node:os";

/** Who runs this, for the ledger and for whoever finds the lock taken. */
export function whoami(): { operator: string; host: string; process: number } {
  return { operator: operatorName(), host: hostname(), process: process.pid };
}

function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without a passwd entry, as containers often have.
    return `uid ${process.getuid?.() ?? "?"}`;
  }
}
