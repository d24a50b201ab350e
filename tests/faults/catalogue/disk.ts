import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cannotMount, makeRoom, mountSmall, unmount } from "../mounting.ts";
import type { Trial } from "../trial.ts";
import type { Fault } from "./fault.ts";

/** The small disk of a trial; it outlives the trial's database, which has tables on it. */
const disks = new WeakMap<Trial, string>();

const nameOf = ({ lease }: Trial) => new URL(lease.url).pathname.slice(1);

/** What is made from now on lies on a disk that has room for one table. */
async function onSmallDisk(trial: Trial): Promise<void> {
  const { sql } = trial.lease;
  const place = mkdtempSync(join(tmpdir(), "disk-"));
  chmodSync(place, 0o755);
  mountSmall(place, "40k");
  disks.set(trial, place);
  const folder = join(place, "tablespace");
  mkdirSync(folder, { mode: 0o700 });
  const [row] = await sql<{ data: string }[]>`select current_setting('data_directory') as data`;
  const { uid, gid } = statSync(row?.data ?? "");
  chownSync(folder, uid, gid);
  const name = nameOf(trial);
  await sql.unsafe(`create tablespace "${name}" location '${folder}'`);
  await sql.unsafe(`alter database "${name}" set default_tablespace = "${name}"`);
}

async function gone(trial: Trial): Promise<void> {
  const place = disks.get(trial);
  if (place === undefined) return;
  await trial.lease.admin.unsafe(`drop tablespace "${nameOf(trial)}"`);
  unmount(place);
  rmSync(place, { recursive: true, force: true });
}

/** The server's disk. */
export const disk: readonly Fault[] = [
  {
    name: "the server's disk is full",
    on: ["own"],
    unless: cannotMount,
    isFixed: true,
    arrange: onSmallDisk,
    provoke: (trial) => trial.again(),
    expected: { exit: 3, says: /No space left[\s\S]*Make room/ },
    remedy: async (trial) => makeRoom(disks.get(trial) ?? ""),
    clear: gone,
  },
];
