import { type Stats, statSync } from "node:fs";
import { ConsoleError } from "../../core/errors.ts";
import { systemAccounts } from "../connection/accounts.ts";

/** Whose files and processes the server's are. */
export interface Account {
  uid: number;
  gid: number;
}

/** Users without rights that systems come with, best first. */
const systemUsers = ["postgres", "_postgres", "nobody"];

/** The account that owns the server's files: the present owner first, so that one home keeps one owner; null for our own. */
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
  const accounts = systemAccounts().filter(({ uid }) => uid !== 0);
  for (const name of systemUsers) {
    const account = accounts.find((listed) => listed.name === name);
    if (account) return { uid: account.uid, gid: account.gid };
  }
  throw new ConsoleError("embedded_unavailable", "PostgreSQL refuses to run as root, and no other user was found", {
    hint: "Run the console as an ordinary user, or set DATABASE_URL.",
  });
}
