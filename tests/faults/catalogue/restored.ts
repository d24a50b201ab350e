import { join } from "node:path";
import type { Outcome } from "../../headless/process.ts";
import { canary, type Place, urlFor } from "../places/place.ts";
import type { Trial } from "../trial.ts";
import type { Fault } from "./fault.ts";

/** The newest server that the installed pg_dump reads; 0 where there is none. */
function dumpMajor(): number {
  const program = Bun.which("pg_dump");
  if (program === null) return 0;
  return Number(/\d+/.exec(Bun.spawnSync([program, "--version"]).stdout.toString())?.[0] ?? 0);
}

function run(words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(words);
  if (exitCode !== 0) throw new Error(`${words[0]} ended with ${exitCode}: ${stderr}`);
}

/** Dumped, dropped, and restored into a new database as a role that owns nothing else. */
async function restoredAs(trial: Trial): Promise<Outcome> {
  const { lease, shop } = trial;
  const file = join(shop.folder, "dump");
  const name = new URL(lease.url.replace("@/", "@local/")).pathname.slice(1);
  const role = `${name}_heir`;
  run(["pg_dump", "-Fc", "-f", file, lease.url]);
  await lease.empty();
  await lease.admin.unsafe(`drop role if exists "${role}"`);
  await lease.admin.unsafe(`create role "${role}" login password '${canary}'`);
  await lease.admin.unsafe(`create database "${name}" owner "${role}" template template0`);
  run(["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "-d", urlFor(lease.url, role), file]);
  const words = ["--database", urlFor(lease.url, role)];
  const verified = await trial.start(["snapshots", "--verify", ...words]).outcome;
  if (verified.code !== 0) return verified;
  const next = await trial.start([...trial.scenario.words, ...words]).outcome;
  await lease.sql.unsafe(`reassign owned by "${role}" to current_user; drop owned by "${role}"`);
  await lease.sql.unsafe(`drop role "${role}"`);
  return next;
}

/** A database that lives on elsewhere. */
export const restored: readonly Fault[] = [
  {
    name: "dumped, and restored as another role",
    on: ["own", "given"],
    unless: ({ major }: Place) => (dumpMajor() >= major ? null : `pg_dump is of ${dumpMajor()}`),
    provoke: restoredAs,
    expected: { exit: 0 },
  },
];
