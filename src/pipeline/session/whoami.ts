import { hostname } from "node:os";
import { systemAccounts } from "../../postgres/target/accounts.ts";

/** Where systems keep it; PATH is the caller's to choose. */
const programs = ["/usr/bin/id", "/bin/id"];

/** A directory service that does not answer must not hold up a run. */
const patienceMs = 2_000;

/** An account's name, or its number where it has none. */
export function nameOf(uid: number | undefined): string {
  if (uid === undefined) return "unknown";
  const listed = systemAccounts().find((account) => account.uid === uid);
  return listed?.name ?? directoryName(uid) ?? `uid ${uid}`;
}

/** What the system itself says: accounts of a directory service such as LDAP are in no file. */
function directoryName(uid: number): string | null {
  for (const program of programs) {
    try {
      const asked = [program, "-un", String(uid)];
      const { success, stdout } = Bun.spawnSync(asked, { env: {}, stderr: "ignore", timeout: patienceMs });
      const name = stdout.toString().trim();
      // A uid without a name, as containers often have, comes back as it is.
      return success && !/^\d*$/.test(name) ? name : null;
    } catch {
      // It is not there.
    }
  }
  return null;
}

let operator: string | undefined;

/**
 * Who runs this, for the ledger and for whoever finds the lock taken: the account that this process belongs to, from its
 * uid. Nothing in the environment has a part in it: $USER is unset under cron, and anyone may set it to anything, which
 * is also why os.userInfo() is no help, since Bun's only repeats it.
 */
export function whoami(): { operator: string; host: string; process: number } {
  operator ??= nameOf(process.getuid?.());
  return { operator, host: hostname(), process: process.pid };
}
