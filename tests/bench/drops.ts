import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConsoleError } from "../../src/core/errors.ts";
import { monthName } from "../../src/core/month.ts";

const generator = join(import.meta.dir, "../../data/generate.ts");

/** Where drops are kept between benches that were told to `--keep` them. */
export const dropCache = join(tmpdir(), "streamflow-bench-drops");

/** A folder with the first two months for so many users: made now, or left there by an earlier bench. */
export function dropsOf(users: number): string {
  const folder = join(dropCache, `users-${users}`);
  if (existsSync(folder)) return folder;
  mkdirSync(dropCache, { recursive: true });
  // A folder has its final name only when it is whole.
  const partial = `${folder}.${process.pid}`;
  const made = Bun.spawnSync(
    [process.execPath, generator, "--users", String(users), "--months", "2", "--out", partial],
    {
      stdout: "ignore",
      stderr: "inherit",
    },
  );
  if (made.exitCode !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new ConsoleError("io_error", `No drops of ${users} users could be made in ${dropCache}`, {
      hint: "Free some space there, or set TMPDIR to a larger folder.",
    });
  }
  renameSync(partial, folder);
  return folder;
}

export function removeDrops(): void {
  rmSync(dropCache, { recursive: true, force: true });
}

/** How many users the first month in a folder has: a line each, below the heading. */
export async function usersIn(data: string): Promise<number> {
  const path = join(data, monthName(0), "users.csv");
  if (!existsSync(path)) {
    throw new ConsoleError("usage", `There is no ${path}`, {
      hint: "--data takes a folder with the drops of two months, month_000 and month_001.",
    });
  }
  const newline = "\n".charCodeAt(0);
  let lines = 0;
  for await (const chunk of createReadStream(path)) {
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++;
  }
  return lines - 1;
}
