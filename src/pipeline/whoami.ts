import { hostname } from "node:os";
import { accountName } from "./account.ts";

/** Who runs this, for the ledger and for whoever finds the lock taken. */
export function whoami(): { operator: string; host: string; process: number } {
  return { operator: accountName(), host: hostname(), process: process.pid };
}
