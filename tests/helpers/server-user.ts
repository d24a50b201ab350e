/**
 * A process of its own that does something with the server of the home in argv[2], and says how that went: a JSON line each
 * for what it waits for, what came of it, and its end. `use` (else argv[3] says what) lasts until its standard input ends.
 */
import { ConsoleError } from "../../src/core/errors.ts";
import { acquireServer, serverStatus, startServer, stopServer } from "../../src/postgres/embedded/server.ts";
import type { Waiting } from "../../src/postgres/embedded/waiting.ts";
import { fastSettings } from "./fast-settings.ts";

const [home = "", what = "use"] = process.argv.slice(2);
const say = (line: object) => console.log(JSON.stringify(line));
const ended = new AbortController();
process.on("SIGTERM", () => ended.abort(new ConsoleError("terminated", "The wait was ended.", { hint: "" })));
const waiting: Waiting = { tell: (notice) => say({ notice }), signal: ended.signal };

try {
  if (what === "status") say({ status: await serverStatus(home) });
  else if (what === "start") say({ status: await startServer(home, waiting, fastSettings) });
  else if (what === "stop") say({ status: await stopServer(home, waiting) });
  else {
    const use = await acquireServer(home, waiting, fastSettings);
    say({ url: use.url });
    await Bun.stdin.text();
    await use.release();
    say({ left: true });
  }
} catch (thrown) {
  if (!(thrown instanceof ConsoleError)) throw thrown;
  const { code, title, hint } = thrown;
  say({ error: { code, title, hint } });
}
