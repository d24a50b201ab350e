import { afterAll } from "bun:test";
import { undoAll } from "./at-end.ts";

// Registered before any test file, this runs once, after the last of them.
afterAll(undoAll);
