import { Terminal as Emulator } from "@xterm/headless";
import { bareEnvironment } from "./program.ts";

/** A program in a real pseudo-terminal, with its screen read back as a person would see it. */
export interface Screen {
  readonly pid: number;
  /** Keys as the terminal sends them. */
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** The visible lines, without blanks at their ends. */
  lines(): string[];
  text(): string;
  /** Resolves when the screen shows the text or fits the pattern; rejects with the screen when it never does. */
  shows(what: string | RegExp): Promise<string>;
  /** The same for its absence. */
  hides(what: string | RegExp): Promise<string>;
  /** Resolves when that holds; `what` is for the complaint when it never does. */
  until(holds: () => boolean, what: string): Promise<string>;
  /** Everything that the program wrote. */
  written(): string;
  kill(signal: NodeJS.Signals): void;
  /** Close the terminal under the program, as a window that is closed does. */
  hangUp(): void;
  /** Exit code, once the program is gone and all that it wrote is on the screen. */
  readonly exited: Promise<number | null>;
  /** How the program found the terminal. */
  readonly found: TerminalState;
  /** How it is now. */
  state(): TerminalState;
  close(): Promise<void>;
}

export interface TerminalState {
  alternateScreen: boolean;
  cursorHidden: boolean;
  bracketedPaste: boolean;
  /** The line discipline: echo, canonical mode and so on, as termios flags. */
  modes: number[];
}

export interface ScreenOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
  /** Its background, as it tells one who asks; one that does not know the question says nothing. */
  background?: string;
}

/** Milliseconds before a wait gives up: generous, since it only matters when a test fails, and machines may be busy. */
const patience = 60_000;

export const keys = {
  enter: "\r",
  esc: "\x1b",
  up: "\x1b[A",
  down: "\x1b[B",
  tab: "\t",
  ctrlC: "\x03",
  ctrlR: "\x12",
  backspace: "\x7f",
  paste: (text: string) => `\x1b[200~${text}\x1b[201~`,
};

export function openScreen(
  command: string[],
  { columns = 80, rows = 24, env = {}, background }: ScreenOptions = {},
): Screen {
  const emulator = new Emulator({ cols: columns, rows, allowProposedApi: true });
  const waiting = new Set<() => void>();
  const decoder = new TextDecoder();
  let written = "";
  const changed = () => {
    for (const look of waiting) look();
  };
  const child = Bun.spawn(command, {
    env: {
      ...bareEnvironment,
      TERM: "xterm-256color",
      ...env,
    },
    terminal: {
      cols: columns,
      rows,
      data(_, data) {
        const before = written.length;
        // Of bytes the emulator loses a character whose last one comes by itself.
        const text = decoder.decode(data, { stream: true });
        written += text;
        if (background !== undefined && written.indexOf("\x1b]11;?", before - 8) >= 0)
          terminal?.write(`\x1b]11;${background}\x1b\\`);
        emulator.write(text, changed);
      },
    },
  });
  const { terminal } = child;
  if (terminal === undefined) throw new Error("no pseudo-terminal");
  const lines = () => {
    const { active } = emulator.buffer;
    return Array.from(
      { length: emulator.rows },
      (_, index) => active.getLine(active.baseY + index)?.translateToString(true) ?? "",
    );
  };
  const text = () => lines().join("\n");
  const drained = () => new Promise<void>((resolve) => emulator.write("", resolve));
  const exited = child.exited.then(async () => {
    await drained();
    return child.exitCode;
  });
  const until = (holds: () => boolean, what: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const fail = (why: string) => reject(new Error(`${why}: waited for ${what} on this screen:\n${text()}`));
    const timer = setTimeout(() => fail("nothing came of it"), patience);
    const look = () => {
      // Nobody sees half of a frame: a terminal shows what is written between the two signs at once.
      if (!emulator.modes.synchronizedOutputMode && holds()) resolve(text());
    };
    waiting.add(look);
    look();
    // The line discipline changes without a word.
    const again = setInterval(look, 20);
    void exited.then((code) => fail(`gone with exit code ${code}`));
    return promise.finally(() => {
      clearTimeout(timer);
      clearInterval(again);
      waiting.delete(look);
    });
  };
  const has = (what: string | RegExp) => (typeof what === "string" ? text().includes(what) : what.test(text()));
  return {
    pid: child.pid,
    type: (typed) => void terminal.write(typed),
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      terminal.resize(newColumns, newRows);
    },
    lines,
    text,
    shows: (what) => until(() => has(what), String(what)),
    hides: (what) => until(() => !has(what), `the absence of ${what}`),
    until,
    written: () => written,
    hangUp: () => terminal.close(),
    kill: (signal) => child.kill(signal),
    exited,
    found: { alternateScreen: false, cursorHidden: false, bracketedPaste: false, modes: freshModes() },
    state: () => ({
      alternateScreen: emulator.buffer.active.type === "alternate",
      cursorHidden: lastMode(written, "25") === "l",
      bracketedPaste: emulator.modes.bracketedPasteMode,
      modes: modesOf(terminal),
    }),
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await child.exited;
      terminal.close();
      emulator.dispose();
    },
  };
}

function modesOf({ inputFlags, outputFlags, localFlags }: Bun.Terminal): number[] {
  return [inputFlags, outputFlags, localFlags];
}

/** Of a terminal that nobody has: a program may have changed those of its own before anyone can look. */
function freshModes(): number[] {
  const terminal = new Bun.Terminal({});
  const modes = modesOf(terminal);
  terminal.close();
  return modes;
}

/** Whether a private mode was last set ("h") or reset ("l"). */
function lastMode(written: string, mode: string): string | undefined {
  return [...written.matchAll(new RegExp(`\\x1b\\[\\?${mode}([hl])`, "g"))].at(-1)?.[1];
}

/** Processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const list = Bun.spawn(["pgrep", "-P", String(pid)], { stdout: "pipe" });
  return (await list.stdout.text()).trim().split(/\s+/).filter(Boolean).map(Number);
}

/**
 * The process that a console has started: there is one, and no other number, for 0 would mean ourselves and our kin. Throws for a
 * console that is no more.
 */
export async function pipelineOf(pid: number): Promise<number> {
  for (;;) {
    const [child] = await childrenOf(pid);
    if (child !== undefined) return child;
    process.kill(pid, 0);
  }
}

/** Resolves when there is no such process any more; one that has ended is there until it was asked how. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await Bun.sleep(5);
  }
}
