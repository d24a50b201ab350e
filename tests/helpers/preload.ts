import { afterAll } from "bun:test";
import { stopTestServer } from "./server.ts";

// Registered before any test file, this runs once, after the last of them.
afterAll(stopTestServer);
