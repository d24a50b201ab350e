import { join } from "node:path";
import { acquire, homesFolder } from "./homes.ts";

/** An embedded server for tests, in a folder of its own that goes with it. */
export async function startEmbedded(): Promise<{ url: string; stop(): Promise<void> }> {
  const { path, remove } = homesFolder();
  try {
    const { url, release } = await acquire(join(path, "home"));
    return { url, stop: () => release().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
