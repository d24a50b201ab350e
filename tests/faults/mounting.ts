import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Disks in memory that are soon full. */

function mount(...words: string[]): boolean {
  return Bun.spawnSync(["mount", ...words], { stderr: "ignore" }).success;
}

/** Why there can be none here; null where there can. */
export function cannotMount(): string | null {
  if (process.getuid?.() !== 0) return "only root may mount";
  const place = mkdtempSync(join(tmpdir(), "mounted-"));
  const isMounted = mountSmall(place, "64k");
  if (isMounted) unmount(place);
  rmSync(place, { recursive: true });
  return isMounted ? null : "nothing may be mounted here";
}

export function mountSmall(place: string, size: string): boolean {
  return mount("-t", "tmpfs", "-o", `size=${size},mode=0755`, "tmpfs", place);
}

export function makeRoom(place: string): void {
  mount("-o", "remount,size=1g", place);
}

export function unmount(place: string): void {
  Bun.spawnSync(["umount", place]);
}
