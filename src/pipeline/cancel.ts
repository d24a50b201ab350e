import { backendPid, cancelBackend } from "../postgres/backend.ts";
import type { Sql } from "../postgres/connect.ts";

/** When the run is cancelled, stop the statement it is in, through another connection. Returns how to stop watching. */
export async function cancelOnAbort(other: Sql, running: Sql, signal: AbortSignal): Promise<() => void> {
  const pid = await backendPid(running);
  const cancel = () => {
    // The run learns of it by its statement's error; should the server be gone, it learns that instead.
    cancelBackend(other, pid).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  return () => signal.removeEventListener("abort", cancel);
}
