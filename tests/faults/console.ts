import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, type Running, start } from "../headless/process.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { childrenOf } from "../helpers/terminal.ts";

const main = Bun.fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The words that start the console. */
export const program = [process.execPath, main];

/** The folders that a console works in. */
export interface Workshop {
  drops: DropFolder;
  home: string;
  temporary: string;
  /** For whatever a trial needs besides. */
  folder: string;
  remove(): void;
}

export function workshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), "fault-"));
  const temporary = join(folder, "temporary");
  mkdirSync(temporary);
  const drops = dropFolder();
  return {
    drops,
    home: join(folder, "home"),
    temporary,
    folder,
    remove() {
      drops.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a console knows of the world: no more than it needs. */
export function environmentIn(shop: Workshop): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: shop.folder,
    TMPDIR: shop.temporary,
    LANG: "C.UTF-8",
    STREAMFLOW_DATA: shop.drops.path,
    STREAMFLOW_HOME: shop.home,
  };
}

/** Milliseconds after which a console is taken for one that hangs. */
const patienceMs = 60_000;

/** A console at work, with the processes that it was seen to have. */
export interface Working extends Running {
  /** Resolves to the pipeline's process. */
  pipeline(): Promise<number>;
}

export function startConsole(shop: Workshop, words: readonly string[], env: Record<string, string> = {}): Working {
  const running = start([...program, ...words], { ...environmentIn(shop), ...env });
  const timer = setTimeout(() => running.signal("SIGKILL"), patienceMs);
  const pipeline = async () => {
    for (;;) {
      const [child] = await childrenOf(running.pid);
      if (child !== undefined) return child;
    }
  };
  void running.outcome.finally(() => clearTimeout(timer));
  return { ...running, pipeline };
}

/** Run a console to its end in a workshop of its own. */
export async function runConsole(
  words: readonly string[],
  { write }: { write(drops: DropFolder): void },
): Promise<Outcome> {
  const shop = workshop();
  write(shop.drops);
  const outcome = await startConsole(shop, words).outcome;
  shop.remove();
  return outcome;
}
