import { join } from "node:path";
import type { ServerStatus } from "../../src/core/messages/listings.ts";
import { linesOf } from "../../src/core/messages/requests.ts";

const script = join(import.meta.dir, "server-user.ts");

export interface Failure {
  code: string;
  title: string;
  hint: string;
}

/** A line of what such a console says. */
interface Said {
  notice?: string;
  url?: string;
  left?: true;
  status?: ServerStatus;
  error?: Failure;
}

interface Means {
  /** Words before its own, such as those that put it elsewhere. */
  before?: readonly string[];
  program?: string;
  env?: Record<string, string>;
}

/** Another console at work on a home, as a process of its own: one that uses the server does so until it is told to leave. */
export class OtherConsole {
  readonly pid: number;
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;
  #url: Promise<string> | undefined;

  constructor(home: string, what = "use", { before = [], program = process.execPath, env = {} }: Means = {}) {
    // In a group of its own, as a terminal's foreground program is; dying with the tests.
    const options = { stdin: "pipe", stdout: "pipe", stderr: "inherit", detached: true } as const;
    const words = [...before, program, "--no-orphans", script, home, what];
    this.#child = Bun.spawn(words, { ...options, env: { ...process.env, ...env } });
    this.pid = this.#child.pid;
    this.#lines = linesOf(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async #next(): Promise<Said> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the console ended without a word");
    return JSON.parse(value);
  }

  /** What it says next that is no notice. */
  async #says<Key extends keyof Said>(key: Key): Promise<NonNullable<Said[Key]>> {
    let said = await this.#next();
    while (said.notice !== undefined) said = await this.#next();
    const { [key]: wanted } = said;
    if (wanted === undefined) throw new Error(`it says no ${key}, but ${JSON.stringify(said)}`);
    return wanted as NonNullable<Said[Key]>;
  }

  /** Its first notice. */
  async waits(): Promise<string> {
    const said = await this.#next();
    if (said.notice === undefined) throw new Error(`it does not wait, but says ${JSON.stringify(said)}`);
    return said.notice;
  }

  /** The URL it got, once it has it. */
  url(): Promise<string> {
    this.#url ??= this.#says("url");
    return this.#url;
  }

  status(): Promise<ServerStatus> {
    return this.#says("status");
  }

  fails(): Promise<Failure> {
    return this.#says("error");
  }

  async leave(): Promise<void> {
    this.#child.stdin.end();
    await this.url();
    await this.#says("left");
    await this.#child.exited;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  /** What a terminal does on Ctrl-C. */
  async interrupt(): Promise<void> {
    process.kill(-this.pid, "SIGINT");
    await this.#child.exited;
  }
}
