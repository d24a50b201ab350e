import { afterAll } from "bun:test";
import { exitCodes } from "../../src/core/errors.ts";
import { undoAll } from "./at-end.ts";

// Registered before any test file, this runs once, after the last of them.
afterAll(undoAll);
// Ctrl-C skips it.
process.once("SIGINT", () => void undoAll().finally(() => process.exit(exitCodes.interrupted)));
