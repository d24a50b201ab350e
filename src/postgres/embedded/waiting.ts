/** What a wait for others needs: how to tell of it, and what ends it. */
export interface Waiting {
  tell(text: string): void;
  signal: AbortSignal;
}

/** Nobody is told, and nothing ends it but time. */
export const silently: Waiting = { tell: () => {}, signal: new AbortController().signal };

interface Wanted {
  patienceMs: number;
  /** Who or what is waited for: asked when that is told, once the wait is worth a word. */
  what(): string;
}

/** Not worth a word: a process that is ending holds its lock a moment longer than it is to be seen. */
export const aMoment: Wanted = { patienceMs: 1_000, what: () => "" };

/** Recovery after a crash, or after one of its sessions was killed, replays at most max_wal_size of log. */
export const recoveryPatienceMs = 5 * 60_000;

const pollMs = 10;
const worthAWordMs = 1_500;

/** Look until there is something, and return that; null when patience is over. Throws the signal's reason. */
export async function waitFor<Found>(
  look: () => Found | null | false | Promise<Found | null | false>,
  { patienceMs, what }: Wanted,
  { tell, signal }: Waiting,
): Promise<Found | null> {
  // Not by the clock, which may be set while we wait.
  const began = performance.now();
  let isTold = false;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    signal.throwIfAborted();
    const waited = performance.now() - began;
    if (waited > patienceMs) return null;
    if (!isTold && waited > worthAWordMs) {
      isTold = true;
      tell(`${what()} Waiting for up to ${inWords(patienceMs)}; Ctrl-C ends the wait.`);
    }
    await Bun.sleep(pollMs);
  }
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}
