import { closeSync, writeSync } from "node:fs";
import { openPipe } from "./libc.ts";

/** A process that does something in our place once we are dead, however we died. */
export interface Deputy {
  /** It is not needed any more. */
  dismiss(): void;
  /** Let it do its part now. */
  send(): void;
}

/**
 * Waits for a word, or for its pipe's end without one, which the kernel sees to. It takes next to nothing meanwhile, and is
 * nobody's child, in a session of its own, so that neither Ctrl-C nor the end of all our descendants takes it along. A
 * shell gives what it starts behind its back an empty standard input: hence the other number.
 */
const script = 'exec 3<&0; { read -r word <&3 || exec "$@" 3<&-; } &';

/** Have these words run in the folder, wherever it has been moved by then, if we die before we dismiss the deputy. */
export function appointDeputy(words: readonly string[], cwd: string): Deputy {
  let writer = startShell(words, cwd);
  const hangUp = (word: string) => {
    if (writer !== null) close(writer, word);
    writer = null;
  };
  return { dismiss: () => hangUp("done\n"), send: () => hangUp("") };
}

/** The end of its pipe that is ours, and that no other process of ours gets; null where none can be started. */
function startShell(words: readonly string[], cwd: string): number | null {
  const pipe = openPipe();
  if (pipe === null) return null;
  try {
    const stdio = [pipe.reader, "ignore", "ignore"] as const;
    Bun.spawn(["/bin/sh", "-c", script, "sh", ...words], { cwd, detached: true, stdio: [...stdio] }).unref();
    return pipe.writer;
  } catch {
    closeSync(pipe.writer);
    return null;
  } finally {
    closeSync(pipe.reader);
  }
}

function close(writer: number, word: string): void {
  try {
    if (word !== "") writeSync(writer, word);
  } catch {
    // Somebody ended it.
  }
  closeSync(writer);
}
