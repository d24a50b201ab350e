import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { linesOf } from "../../../src/core/messages/basics.ts";
import type { ServerStatus } from "../../../src/core/messages/listings.ts";
import { connect, type Sql } from "../../../src/postgres/connection/connect.ts";
import { silently, waitFor } from "../../../src/postgres/embedded/waiting.ts";
import { atEnd } from "../../helpers/at-end.ts";

/** Homes of the embedded server, and consoles that use them, each a process of its own, as whoever the test is about. */

const script = join(import.meta.dir, "../../helpers/server-user.ts");

export type Who = "root" | "user";
const asRoot = process.getuid?.() === 0;
/** An account without rights, as whom root's tests are an ordinary user. */
const ordinary = { uid: 65534, gid: 65534 };
const project = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Who runs the consoles: root, whose servers run as another account, or an ordinary user, where such a one can read the
 * project at all.
 */
export const everybody: readonly Who[] = !asRoot ? ["user"] : isOpen(project) ? ["root", "user"] : ["root"];

/** Whether everyone may enter this folder or run this program. */
function isOpen(path: string): boolean {
  const parent = dirname(path);
  return (statSync(path).mode & 0o001) !== 0 && (parent === path || isOpen(parent));
}

/** The program that runs scripts, which may lie where only root can look. */
export const bun = !asRoot || isOpen(process.execPath) ? process.execPath : copyOfBun();

function copyOfBun(): string {
  const folder = mkdtempSync(join(tmpdir(), "streamflow-bun-"));
  chmodSync(folder, 0o755);
  const copy = join(folder, "bun");
  copyFileSync(process.execPath, copy);
  chmodSync(copy, 0o755);
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  return copy;
}

export interface Failure {
  code: string;
  title: string;
  hint: string;
}

interface Said {
  notice?: string;
  url?: string;
  status?: ServerStatus;
  error?: Failure;
}

/** Words before a console's own that put it elsewhere. */
export const elsewhere = {
  /** Its own process numbers, its own /tmp: a container with the folder mounted. */
  space: ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc", "--mount", "--propagation", "private"],
  /** Its own /tmp alone, as a system service has; what the test needs of ours is put back into it. */
  tmp: [
    ...["unshare", "--mount", "--propagation", "private", "sh", "-c"],
    `exec 7<${quoted(project)} 8<${quoted(tmpdir())}
     mount -t tmpfs none /tmp
     for at in 7:${quoted(project)} 8:${quoted(tmpdir())}; do
       folder=\${at#?:}; [ -e "$folder" ] && continue
       mkdir -p "$folder" && mount --no-canonicalize --bind "/proc/self/fd/\${at%%:*}" "$folder"
     done
     exec "$@"`,
    "sh",
  ],
};

/** Whether such places can be made here: by root, on Linux, where a container does not forbid it. */
export const hasSpaces = asRoot && Bun.which("unshare") !== null && Bun.spawnSync([...elsewhere.space, "true"]).success;

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** One console at work, as its process. */
export class Console {
  readonly pid: number;
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;
  readonly notices: string[] = [];

  constructor(home: string, what: string, { who, prefix = [], env = {} }: Started) {
    const as = who === "user" && asRoot ? setpriv : [];
    const words = [...prefix, ...as, bun, "--no-orphans", script, home, what];
    const options = { stdin: "pipe", stdout: "pipe", stderr: "inherit", detached: true } as const;
    this.#child = Bun.spawn(words, { ...options, env: { ...process.env, ...env } });
    this.pid = this.#child.pid;
    this.#lines = linesOf(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** What it says next that is no notice. */
  async says(): Promise<Said> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error("the console ended without a word");
      const said: Said = JSON.parse(value);
      if (said.notice === undefined) return said;
      this.notices.push(said.notice);
    }
  }

  /** Its first notice. */
  async waits(): Promise<string> {
    const { value } = await this.#lines.next();
    const { notice } = JSON.parse(value ?? "{}") as Said;
    if (notice === undefined) throw new Error(`it does not wait, but says ${value}`);
    return notice;
  }

  async url(): Promise<string> {
    const said = await this.says();
    if (said.url === undefined) throw new Error(`no server: ${JSON.stringify(said)}`);
    return said.url;
  }

  async fails(): Promise<Failure> {
    const said = await this.says();
    if (said.error === undefined) throw new Error(`it did not fail: ${JSON.stringify(said)}`);
    return said.error;
  }

  async leave(): Promise<void> {
    this.#child.stdin.end();
    const said = await this.says();
    if (said.error !== undefined) throw new Error(`it did not leave: ${JSON.stringify(said.error)}`);
    await this.#child.exited;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}

interface Started {
  who: Who;
  prefix?: readonly string[];
  env?: Record<string, string>;
}

const setpriv = [
  ...["setpriv", `--reuid=${ordinary.uid}`, `--regid=${ordinary.gid}`, "--clear-groups"],
  ...["--inh-caps=-all", "--bounding-set=-all", "--"],
];

/** A home with a database in which a row was kept. */
export class Home {
  readonly who: Who;
  /** The folder around it, which goes at the end with all that is in it. */
  readonly around: string;
  path: string;

  constructor(around: string, who: Who) {
    this.around = around;
    this.path = join(around, "home");
    this.who = who;
  }

  get folder(): string {
    return join(this.path, "postgres");
  }

  get data(): string {
    return join(this.folder, "data");
  }

  /** For a program that is started as whoever's home it is. */
  get account(): { uid?: number; gid?: number } {
    return this.who === "user" && asRoot ? ordinary : {};
  }

  /** Write a file into the data directory, as its owner would. */
  write(name: string, text: string): void {
    const path = join(this.data, name);
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode: 0o600 });
    const { uid, gid } = statSync(this.data);
    chownSync(path, uid, gid);
  }

  /** A console that uses the server. */
  use(more: Omit<Started, "who"> = {}): Console {
    return new Console(this.path, "use", { who: this.who, ...more });
  }

  async does(what: "start" | "stop" | "status", more: Omit<Started, "who"> = {}): Promise<Said> {
    return new Console(this.path, what, { who: this.who, ...more }).says();
  }

  async status(): Promise<ServerStatus> {
    const { status, error } = await this.does("status");
    if (status === undefined) throw new Error(`no status: ${JSON.stringify(error)}`);
    return status;
  }

  /** The error of a console that cannot use it. */
  async refusal(more: Omit<Started, "who"> = {}): Promise<Failure> {
    return this.use(more).fails();
  }

  /** Rows that were kept, by one who comes anew. */
  async kept(): Promise<number> {
    const console_ = this.use();
    const rows = await asking(await console_.url(), async (sql) => (await sql`select from kept`).length);
    await console_.leave();
    return rows;
  }

  async keep(url: string): Promise<void> {
    await asking(url, (sql) => sql`insert into kept select 1`);
  }

  /** Processes of servers at work in the folder, wherever it has been moved in the meantime. */
  servers(): number[] {
    return readdirSync("/proc")
      .filter((pid) => /^\d+$/.test(pid))
      .map(Number)
      .filter((pid) => {
        try {
          return (
            readlinkSync(`/proc/${pid}/cwd`).startsWith(this.around) &&
            readlinkSync(`/proc/${pid}/exe`).endsWith("postgres")
          );
        } catch {
          return false;
        }
      });
  }

  /** End all of its servers, and wait until they are gone. */
  async end(): Promise<void> {
    this.#killAll();
    await until(() => this.servers().length === 0, "the end of all servers");
  }

  #killAll(): void {
    for (const pid of this.servers()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    }
  }

  remove(): void {
    this.#killAll();
    rmSync(this.around, { recursive: true, force: true });
  }
}

/** Resolves once that holds; `what` is for the complaint when it never does. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const wanted = { patienceMs: 60_000, what: () => what };
  if ((await waitFor(() => holds() || null, wanted, silently)) === null) throw new Error(`waited in vain for ${what}`);
}

export async function asking<Result>(url: string, ask: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = connect(url);
  try {
    await sql`set synchronous_commit = on`;
    return await ask(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Homes like the first one, which is made once for each kind of user. */
export class Homes {
  readonly #folder = mkdtempSync(join(tmpdir(), "streamflow-broken-"));
  readonly #first = new Map<Who, Promise<string>>();
  readonly #made: Home[] = [];

  constructor() {
    Bun.spawnSync(["chmod", "755", this.#folder]);
  }

  async home(who: Who): Promise<Home> {
    const model = await this.#model(who);
    const around = this.#around(who);
    const home = new Home(around, who);
    Bun.spawnSync(["cp", "-a", model, home.path]);
    this.#made.push(home);
    return home;
  }

  /** A folder in which no home is yet. */
  empty(who: Who): Home {
    const home = new Home(this.#around(who), who);
    this.#made.push(home);
    return home;
  }

  remove(): void {
    for (const home of this.#made) home.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #around(who: Who): string {
    const around = mkdtempSync(join(this.#folder, "h"));
    Bun.spawnSync(["chmod", "755", around]);
    if (who === "user" && asRoot) Bun.spawnSync(["chown", String(ordinary.uid), around]);
    return around;
  }

  #model(who: Who): Promise<string> {
    const known = this.#first.get(who) ?? this.#makeModel(who);
    this.#first.set(who, known);
    return known;
  }

  async #makeModel(who: Who): Promise<string> {
    const home = new Home(this.#around(who), who);
    const first = home.use();
    await asking(await first.url(), async (sql) => {
      await sql`create table kept (one int)`;
      await sql`insert into kept select 1`;
    });
    await first.leave();
    return home.path;
  }
}
