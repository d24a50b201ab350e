/** A program in a pseudo-terminal, timed from a key to the end of the next frame. */
export interface Frames {
  readonly pid: number;
  /** Resolves once it has written this. */
  wrote(text: string): Promise<void>;
  /** Resolves at the end of the first frame that has this in it. */
  drew(text: string): Promise<void>;
  /**
   * Milliseconds from the key, once all that came of the one before it is drawn, to the end of the next frame; null where none
   * came, as of a key that the one before it made up for.
   */
  press(key: string): Promise<number | null>;
  type(keys: string): void;
  readonly exited: Promise<number>;
  /** The terminal, once the program is gone. */
  close(): void;
}

/** Columns and rows. */
export interface Size {
  cols: number;
  rows: number;
}

const usualSize: Size = { cols: 80, rows: 24 };

/** What ink writes after each frame: the end of a synchronized update. */
const frameEnd = "\x1b[?2026l";

/** Milliseconds without a frame after which none is to come, and looks until one comes all the time, as of a run that goes on. */
const [lookMs, mostLooks] = [30, 10];

const longestMs = 3_000;

export function openFrames(command: readonly string[], size: Size = usualSize): Frames {
  const decoder = new TextDecoder();
  let written = "";
  let look = () => {};
  const child = Bun.spawn([...command], {
    env: { ...process.env, TERM: "xterm-256color", LANG: "C.UTF-8" },
    terminal: {
      ...size,
      data(_, data) {
        written += decoder.decode(data, { stream: true });
        look();
      },
    },
  });
  const after = (text: string, from: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    look = () => {
      if (written.includes(text, from)) resolve();
    };
    look();
    return promise;
  };
  /** Nothing was written for a moment: a frame that was on its way is none that answers the next key. */
  const settled = async () => {
    for (let look = 0, before = -1; before !== written.length && look < mostLooks; look++) {
      before = written.length;
      await Bun.sleep(lookMs);
    }
  };
  return {
    pid: child.pid,
    wrote: (text) => after(text, 0),
    async drew(text) {
      await after(text, 0);
      await after(frameEnd, written.indexOf(text));
    },
    async press(key) {
      await settled();
      const pressed = performance.now();
      const drawn = after(frameEnd, written.length);
      child.terminal?.write(key);
      const none = Bun.sleep(longestMs).then(() => null);
      return Promise.race([drawn.then(() => performance.now() - pressed), none]);
    },
    type: (keys) => void child.terminal?.write(keys),
    exited: child.exited,
    close: () => child.terminal?.close(),
  };
}

export function printHeading(): void {
  console.log("| | measured | median ms | p95 ms | worst ms |");
  console.log("|---|---:|---:|---:|---:|");
}

export function printLine(name: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);
  console.log(`| ${name} | ${times.length} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`);
}
