import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireServer } from "../../src/postgres/embedded/server.ts";
import { silently } from "../../src/postgres/embedded/waiting.ts";
import { fastSettings } from "./fast-settings.ts";

/** An embedded server for tests, in a folder of its own that goes with it. */
export async function startEmbedded(): Promise<{ url: string; stop(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "streamflow-test-"));
  // Root's servers run as another account, which has to get through.
  chmodSync(home, 0o755);
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    const { url, release } = await acquireServer(home, silently, fastSettings);
    return { url, stop: () => release().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
