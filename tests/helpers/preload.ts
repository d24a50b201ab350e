import { afterAll } from "bun:test";
import { rmSync } from "node:fs";
import * as fc from "fast-check";
import { exitCodes } from "../../src/core/errors.ts";
import { atEnd, undoAll } from "./at-end.ts";
import { ownTemporaryFolder } from "./scratch.ts";

/** Milliseconds that may pass before what ends the run is taken for stuck: a server stops in one, or on a busy machine in many. */
const patience = 120_000;

// `bun run test` made one for its workers.
if (process.env.TEST_RUN === undefined) {
  const folder = ownTemporaryFolder();
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
}

// Registered before any test file, this runs once, after the last of them.
afterAll(undoAll, patience);
// Ctrl-C skips it.
process.once("SIGINT", () => void undoAll().finally(() => process.exit(exitCodes.interrupted)));

// What is drawn at random is always the same, unless another seed is asked for.
fc.configureGlobal({ seed: Number(process.env.SEED ?? 14) });
