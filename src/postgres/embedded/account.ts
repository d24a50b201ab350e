import { readFileSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { systemAccounts, userName } from "../connection/accounts.ts";
import type { Binaries } from "./binaries.ts";

/** Whose files and processes the server's are. */
export interface Account {
  uid: number;
  gid: number;
}

/** How to start a program of PostgreSQL's, which refuses to run as root. */
export interface Launcher {
  /** Set when the programs run as another account than ours, and its files must be given to it. */
  account: Account | null;
  /** Operating system user that alone may log in; null when the folder's permissions are enough. */
  onlyUser: string | null;
  /** Words that go before the program's own. */
  prefix: string[];
  /** What `Bun.spawn` is told. */
  spawn: { uid?: number; gid?: number };
}

/** Users without rights that systems come with, best first. */
const systemUsers = ["postgres", "_postgres", "nobody"];

/** The account that owns the server's files: the present owner first, so that one home keeps one owner. */
export function serverAccount(folder: string, home: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  return ownerOf(folder) ?? sudoCaller() ?? ownerOf(home) ?? systemAccount();
}

function ownerOf(path: string): Account | null {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : null;
}

function sudoCaller(): Account | null {
  const uid = Number(process.env.SUDO_UID);
  return uid > 0 ? { uid, gid: Number(process.env.SUDO_GID) || uid } : null;
}

function systemAccount(): Account {
  const accounts = systemAccounts();
  for (const name of systemUsers) {
    const account = accounts.find((listed) => listed.name === name);
    if (account && account.uid !== 0) return { uid: account.uid, gid: account.gid };
  }
  throw new ConsoleError("embedded_unavailable", "PostgreSQL refuses to run as root, and no other user was found", {
    hint: "Run the console as an ordinary user, or set DATABASE_URL.",
  });
}

/** How to run the binaries on `folder` as that account, whatever folders lie above them. */
export function launcherFor(account: Account | null, binaries: Binaries, folder: string): Launcher {
  if (!account) return { account, onlyUser: null, prefix: [], spawn: {} };
  const runs = canReach(binaries.postgres, account, execute);
  const reads = canReach(join(binaries.root, "share", "postgresql", "postgres.bki"), account, read);
  if (runs && reads && canReach(folder, account, execute)) {
    return { account, onlyUser: null, prefix: [], spawn: account };
  }
  const prefix = setpriv(account, executable(binaries.postgres, account) ? traversing : overriding);
  // Such a server can read more than its account may: only whom it started for may log in.
  return { account, onlyUser: userName(), prefix, spawn: {} };
}

const execute = 0o1;
const read = 0o4;

/** Whether the account may search every folder above the path and has the right on the path itself. */
function canReach(path: string, account: Account, right: number): boolean {
  const parent = dirname(path);
  return allows(statSync(path), account, right) && (parent === path || canReach(parent, account, execute));
}

function executable(path: string, account: Account): boolean {
  return allows(statSync(path), account, execute);
}

function allows(stats: Stats, account: Account, right: number): boolean {
  const shift = stats.uid === account.uid ? 6 : stats.gid === account.gid ? 3 : 0;
  return ((stats.mode >> shift) & right) === right;
}

/** Capabilities, by their numbers in the kernel, that reach what permissions hide; containers often lack the lesser one. */
const traversing = ["dac_read_search", "dac_override"];
const overriding = ["dac_override"];
const capabilityNumbers: Record<string, number> = { dac_override: 1, dac_read_search: 2 };

function setpriv(account: Account, candidates: string[]): string[] {
  const program = Bun.which("setpriv");
  const capability = program && candidates.find(isGranted);
  if (!program || !capability) {
    const title = "PostgreSQL refuses to run as root, and no other user may enter this folder";
    throw new ConsoleError("embedded_unavailable", title, {
      hint: "Install util-linux (setpriv), or run the console as an ordinary user, or set DATABASE_URL.",
    });
  }
  const only = `-all,+${capability}`;
  return [
    program,
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    "--clear-groups",
    // Without it, access(2) would disregard the capability, and initdb asks by that whether its server is there.
    "--securebits=+no_setuid_fixup",
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    `--bounding-set=${only}`,
    "--",
  ];
}

function isGranted(capability: string): boolean {
  const status = readFileSync("/proc/self/status", "utf8");
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return ((bounding >> BigInt(capabilityNumbers[capability] ?? 0)) & 1n) === 1n;
}
