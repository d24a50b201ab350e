import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Changes, soundDrop } from "../fixtures/bad/building.ts";

/** A data directory in the temporary directory that holds one month, written anew for each drop. */
export class DropFolder {
  readonly path = mkdtempSync(join(tmpdir(), "streamflow-drop-"));
  readonly month = "month_000";

  /** Writes the sound drop with these changes. */
  write(changes: Changes): void {
    const folder = join(this.path, this.month);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [file, content] of Object.entries({ ...soundDrop, ...changes })) {
      const path = join(folder, file);
      if (content === "<folder>") mkdirSync(path);
      else if (content === "<pipe>") Bun.spawnSync(["mkfifo", path]);
      else if (content === "<link>") symlinkSync(import.meta.path, path);
      else if (content !== null) writeFileSync(path, content);
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
