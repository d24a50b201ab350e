import { exitCodes } from "../../src/core/errors.ts";
import { removeDrops } from "./drops.ts";
import type { BenchServer } from "./server.ts";

/** Leaves nothing behind, be it at the end or on Ctrl-C, and does so once. */
export function leaver(server: BenchServer, keepDrops: boolean): () => Promise<void> {
  let left: Promise<void> | undefined;
  const leave = () => {
    left ??= server.close().finally(() => {
      if (!keepDrops) removeDrops();
    });
    return left;
  };
  process.once("SIGINT", () => void leave().finally(() => process.exit(exitCodes.interrupted)));
  return leave;
}
