import { chmodSync, copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { atEnd } from "../../helpers/at-end.ts";

/** As whom, and where, the consoles of these tests run. */

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

/** For a program that is started as that one; nothing when that is who we are. */
export function accountOf(who: Who): { uid?: number; gid?: number } {
  return who === "user" && asRoot ? ordinary : {};
}

/** Words that make a program after them that one's. */
export function wordsAs(who: Who): string[] {
  const { uid, gid } = accountOf(who);
  if (uid === undefined) return [];
  const rights = ["--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"];
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, ...rights];
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

const ownMounts = ["--mount", "--propagation", "private"];

/** Words before a console's own that put it elsewhere. */
export const elsewhere = {
  /** Its own process numbers, its own /tmp: a container with the folder mounted. */
  space: ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc", ...ownMounts],
  /** Its own /tmp alone, as a system service has; what the test needs of ours is put back into it. */
  tmp: withMounts(
    `exec 7<${quoted(project)} 8<${quoted(tmpdir())}
     mount -t tmpfs none /tmp
     for at in 7:${quoted(project)} 8:${quoted(tmpdir())}; do
       folder=\${at#?:}; [ -e "$folder" ] && continue
       mkdir -p "$folder" && mount --no-canonicalize --bind "/proc/self/fd/\${at%%:*}" "$folder"
     done`,
  ),
};

/** Words that let a program after them see what these commands mount; `$0` is the place. */
export function withMounts(commands: string, place = "sh"): string[] {
  return ["unshare", ...ownMounts, "sh", "-c", `${commands}\n exec "$@"`, place];
}

/** Whether such places can be made here: by root, on Linux, where a container does not forbid it. */
export const hasSpaces = asRoot && Bun.which("unshare") !== null && Bun.spawnSync([...elsewhere.space, "true"]).success;

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
