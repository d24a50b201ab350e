import { afterAll, expect, setDefaultTimeout, setSystemTime, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { serverPaths } from "../../src/postgres/embedded/home.ts";
import { openEmbedded } from "../../src/postgres/embedded/reach.ts";
import { silently } from "../../src/postgres/embedded/waiting.ts";
import { homesFolder } from "../helpers/homes.ts";

/** An embedded server that is there, and lets nobody in: why, in words that are of use. */

setDefaultTimeout(60_000);

const homes = homesFolder();
afterAll(homes.remove);
const home = join(homes.path, "home");
const { log } = serverPaths(home);
const socket = join(homes.path, ".s.PGSQL.5432");
const why = () => openEmbedded(`postgresql://streamflow@/streamflow?host=${homes.path}`, home, silently);

test("nobody listens there", async () => {
  await expect(why()).rejects.toThrow(
    `lets nobody in: Cannot connect to database "streamflow" on the socket ${socket}`,
  );
});

test.each([
  ["at once", 0],
  ["a minute later, as on a busy machine", 60_000],
])("it hangs up before we come to hear of our connection, %s: its log has the reason", async (_, late) => {
  mkdirSync(dirname(log), { recursive: true });
  const now = new Date().toISOString().slice(0, 23).replace("T", " ");
  // It starts again and again, and tells all who knock meanwhile no more than that it does.
  const turnedAway = ["in recovery mode", "not yet accepting connections", "shutting down"].map(
    (state) => `${now} UTC [8] FATAL:  the database system is ${state}\n`,
  );
  const cause = `${now} UTC [7] FATAL:  could not open file "global/pg_filenode.map"\n`;
  writeFileSync(log, cause + turnedAway.join("").repeat(100));
  const listening = `Bun.listen({ unix: ${JSON.stringify(socket)}, socket: { open: (one) => one.terminate(), data() {} } }); console.log();`;
  const server = Bun.spawn([process.execPath, "-e", listening], { stdio: ["ignore", "pipe", "inherit"] });
  await server.stdout.getReader().read();
  // As on a busy machine: whatever has come meanwhile is heard of at once.
  const busy = setInterval(() => Bun.sleepSync(50), 0);
  try {
    const told = why();
    setSystemTime(Date.now() + late);
    await expect(told).rejects.toMatchObject({
      title: expect.stringContaining('lets nobody in: could not open file "global/pg_filenode.map"'),
      hint: expect.stringContaining("damaged, or not all there"),
    });
  } finally {
    setSystemTime();
    clearInterval(busy);
    server.kill();
    await server.exited;
    rmSync(socket);
  }
});
