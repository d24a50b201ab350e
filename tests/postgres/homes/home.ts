import {
  chownSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ServerStatus } from "../../../src/core/messages/listings.ts";
import { silently, waitFor } from "../../../src/postgres/embedded/waiting.ts";
import { asking } from "../../helpers/homes.ts";
import { type Failure, OtherConsole } from "../../helpers/other-console.ts";
import { accountOf, bun, type Who, wordsAs } from "./who.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

interface Placed {
  /** Words that put a console elsewhere. */
  prefix?: readonly string[];
  env?: Record<string, string>;
}

/** A home with a database in which rows were kept. */
export class Home {
  /** How many rows are to be found in it at the end of the test; null when it need not be usable then. */
  rows: number | null = 1;
  path: string;

  /** `around` is the folder around it, which goes at the end with all that is in it. */
  constructor(
    readonly around: string,
    readonly who: Who,
    path = join(around, "home"),
  ) {
    this.path = path;
  }

  get folder(): string {
    return join(this.path, "postgres");
  }

  get data(): string {
    return join(this.folder, "data");
  }

  /** The same, as somebody else sees it. */
  for(who: Who): Home {
    return new Home(this.around, who, this.path);
  }

  /** Write a file into the data directory, as its owner would. */
  write(name: string, text: string): void {
    const path = join(this.data, name);
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode: 0o600 });
    const { uid, gid } = statSync(this.data);
    chownSync(path, uid, gid);
  }

  read(name: string): string {
    return readFileSync(join(this.data, name), "utf8");
  }

  move(name: string): void {
    const path = join(this.around, name);
    renameSync(this.path, path);
    this.path = path;
  }

  /** A console that does that with the server. */
  console(what: "use" | "start" | "stop" | "status", { prefix = [], env = {} }: Placed = {}): OtherConsole {
    return new OtherConsole(this.path, what, { before: [...prefix, ...wordsAs(this.who)], program: bun, env });
  }

  use(placed?: Placed): OtherConsole {
    return this.console("use", placed);
  }

  /** A console that uses the server, in which it has kept another row. */
  async keeping(placed?: Placed): Promise<OtherConsole> {
    const use = this.use(placed);
    await this.keep(await use.url());
    return use;
  }

  /** The URL that a console gets, which comes and leaves at once. */
  async visit(placed?: Placed): Promise<string> {
    const use = this.use(placed);
    const url = await use.url();
    await use.leave();
    return url;
  }

  does(what: "start" | "stop" | "status", placed?: Placed): Promise<ServerStatus> {
    return this.console(what, placed).status();
  }

  /** `db start`, and the URL. */
  async started(placed?: Placed): Promise<string> {
    return (await this.does("start", placed)).url ?? "";
  }

  /** The error of a console that cannot use it. */
  refusal(placed?: Placed): Promise<Failure> {
    return this.use(placed).fails();
  }

  /** What the real console answers to these words; that it waits for a server is left out, for a busy machine has it say so. */
  async answer(words: string[], options: { cwd?: string; env?: Record<string, string | undefined> } = {}) {
    const child = Bun.spawn([bun, main, ...words], {
      ...accountOf(this.who),
      ...options,
      stdout: "pipe",
      stderr: "pipe",
    });
    const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
    return { code, stdout, stderr: stderr.replace(/^.* Waiting for up to .*\n/gm, "") };
  }

  /** Rows that were kept, by one who comes anew. */
  async kept(): Promise<number> {
    const use = this.use();
    const rows = await asking(await use.url(), async (sql) => (await sql`select from kept`).length);
    await use.leave();
    return rows;
  }

  async keep(url: string): Promise<void> {
    await asking(url, (sql) => sql`insert into kept select 1`);
    if (this.rows !== null) this.rows++;
  }

  /** The server's process, as it wrote it down. */
  postmaster(): number {
    return Number(this.read("postmaster.pid").split("\n")[0]);
  }

  /** Processes at work in the folder, wherever it has been moved in the meantime: a server's, and consoles' deputies. */
  inhabitants(): number[] {
    return processes().filter((pid) => linkOf(pid, "cwd").startsWith(this.around));
  }

  servers(): number[] {
    return this.inhabitants().filter((pid) => linkOf(pid, "exe").endsWith("postgres"));
  }

  /** Of consoles that live, and of those that died as long as they are still being replaced. */
  deputies(): number[] {
    return this.inhabitants().filter((pid) => linkOf(pid, "cwd") === this.path);
  }

  /** All of its servers have ended. */
  async gone(): Promise<void> {
    await until(() => this.servers().length === 0, "the end of all servers");
  }

  /** Nothing lives on it, within the five seconds that are promised, and nothing is left in it that only a server needs. */
  async deserted(): Promise<void> {
    await until(() => this.inhabitants().length === 0, "the end of all that lives there", 5_000);
    const left = readdirSync(this.folder).filter((name) => name === "socket" || name.startsWith("data.new-"));
    if (left.length > 0) throw new Error(`${left.join(", ")} is left`);
  }

  killAll(): void {
    for (const pid of this.servers()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    }
  }

  async remove(): Promise<void> {
    this.killAll();
    await rm(this.around, { recursive: true, force: true });
  }
}

/** What this link of a process leads to; nothing where there is none, or none for us. */
function linkOf(pid: number, name: "cwd" | "exe"): string {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return "";
  }
}

/** All processes' numbers. */
export function processes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Resolves once that holds; `what` is for the complaint when it never does. */
export async function until(holds: () => boolean, what: string, patienceMs = 60_000): Promise<void> {
  const isTrue = await waitFor(holds, { patienceMs, what: () => what }, silently);
  if (isTrue === null) throw new Error(`waited in vain for ${what}`);
}
