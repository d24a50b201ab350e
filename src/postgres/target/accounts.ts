import { readFileSync } from "node:fs";

/** Whose a file or a process is, to the operating system. */
export interface Account {
  uid: number;
  gid: number;
}

/** Users that /etc/passwd lists: on Linux all local ones, on macOS those of the system. */
export function systemAccounts(): (Account & { name: string })[] {
  let text: string;
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [name = "", , uid = "", gid = ""] = line.split(":");
    return /^\d+$/.test(uid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** Our own name. Bun's os.userInfo() only repeats $USER, which cron and containers leave unset. */
export function userName(): string {
  const uid = process.getuid?.();
  const listed = systemAccounts().find((account) => account.uid === uid);
  return listed?.name ?? (process.env.USER || process.env.LOGNAME || String(uid));
}
