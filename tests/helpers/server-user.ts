/** A process of its own that uses the server of the home in argv[2] until its standard input ends. */
import { acquireServer } from "../../src/postgres/embedded/server.ts";
import { fastSettings } from "./fast-settings.ts";

const use = await acquireServer(process.argv[2] ?? "", fastSettings);
console.log(use.url);
await Bun.stdin.text();
await use.release();
