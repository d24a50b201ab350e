import { sameWishMs } from "../../src/headless/run.ts";
import { silently, waitFor } from "../../src/postgres/embedded/waiting.ts";

export interface Outcome {
  /** null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program whose input is empty and whose output goes into pipes. */
export interface Running {
  readonly pid: number;
  /** Resolves when stderr holds the text; rejects when the program ends without it. */
  says(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  readonly outcome: Promise<Outcome>;
}

export function start(command: readonly string[], env: Record<string, string>): Running {
  const child = Bun.spawn([...command], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  let stderr = "";
  let isOver = false;
  const said = new Set<() => void>();
  const hear = () => {
    for (const look of said) look();
  };
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      stderr += decoder.decode(chunk, { stream: true });
      hear();
    }
  })();
  const outcome = Promise.all([child.exited, child.stdout.text(), reading]).then(([code, stdout]) => {
    isOver = true;
    hear();
    return { code: child.signalCode === null ? code : null, stdout, stderr };
  });
  return {
    pid: child.pid,
    says(text) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        if (stderr.includes(text)) resolve();
        // What it wrote is read a moment after its end is known.
        else if (isOver) reject(new Error(`"${text}" was never said:\n${stderr}`));
      };
      said.add(look);
      look();
      return promise.finally(() => said.delete(look));
    },
    signal: (signal) => child.kill(signal),
    outcome,
  };
}

/**
 * Ctrl-C once more, for another wish: it is the clock that tells that from the same one, so the clock is waited for. A busy
 * machine only makes it later. A third one would end whoever asks the ledger.
 */
export async function signalAgain(run: Running): Promise<void> {
  // The first was heard before that was told.
  await run.says("Cancelling: ");
  const heard = performance.now();
  const isAnother = () => performance.now() - heard > sameWishMs;
  await waitFor(isAnother, { patienceMs: 60_000, what: () => "another wish" }, silently);
  run.signal("SIGINT");
}
