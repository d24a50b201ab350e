import { afterAll } from "bun:test";
import * as fc from "fast-check";
import { exitCodes } from "../../src/core/errors.ts";
import { undoAll } from "./at-end.ts";

// Registered before any test file, this runs once, after the last of them.
afterAll(undoAll);
// Ctrl-C skips it.
process.once("SIGINT", () => void undoAll().finally(() => process.exit(exitCodes.interrupted)));

// What is drawn at random is always the same, unless another seed is asked for.
fc.configureGlobal({ seed: Number(process.env.SEED ?? 14) });
