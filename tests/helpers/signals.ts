/** Sends a signal to a process; throws when there is none, for 0 would be ourselves and all our kin. */
export function signalTo(pid: number | null | undefined, signal: NodeJS.Signals): void {
  if (!pid) throw new Error(`there is no process for ${signal}`);
  process.kill(pid, signal);
}
