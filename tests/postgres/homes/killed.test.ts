import { describe, expect } from "bun:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPipeline } from "../../../src/client/pipeline.ts";
import { linesOf } from "../../../src/core/messages/requests.ts";
import { titleOf } from "../../../src/postgres/embedded/system/processes.ts";
import { smallDrop, writeDrop } from "../../helpers/drops.ts";
import { signalTo } from "../../helpers/signals.ts";
import { openScreen, pipelineOf } from "../../helpers/terminal.ts";
import { noHome, testsOn } from "./bench.ts";
import { type Home, processes, until } from "./home.ts";
import { bun, everybody, wordsAs } from "./who.ts";

/** Consoles that are killed, in all that they do: their server ends by itself, unless others use it or it is kept. */

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

/** What dies: the one that shows, the one that works, or both at once. */
const victims = ["the console", "its pipeline", "both"] as const;

async function kill(victim: (typeof victims)[number], console: number): Promise<void> {
  const pipeline = await pipelineOf(console);
  if (victim !== "the console") signalTo(pipeline, "SIGKILL");
  if (victim !== "its pipeline") signalTo(console, "SIGKILL");
}

/** Resolves once so many deputies are left: those of consoles that died have done their part. */
async function deputies(home: Home, count: number): Promise<void> {
  await until(() => home.deputies().length === count, `${count} deputies`, 10_000);
}

describe.each(everybody)("as %s", (who) => {
  const test = testsOn(who);

  test.each(victims)("while the screen shows the months: %s", async (home, victim) => {
    writeDrop(join(home.around, "month_000"), smallDrop(["u1"]));
    const screen = openScreen([...wordsAs(who), bun, main, "--home", home.path, "--data", home.around]);
    await screen.shows("month_000");
    await kill(victim, screen.pid);
    await home.deserted();
    await screen.close();
  });

  test.each(victims)("in the middle of a run: %s", async (home, victim) => {
    // So many that it is not over before we have heard of its beginning, however busy the machine is.
    const users = Array.from({ length: 20_000 }, (_, index) => `u${index}`);
    writeDrop(join(home.around, "month_000"), smallDrop(users));
    const words = ["--month", "month_000", "--home", home.path, "--data", home.around, "--json"];
    const run = Bun.spawn([...wordsAs(who), bun, main, ...words], { stdout: "pipe", stderr: "ignore" });
    for await (const line of linesOf(run.stdout)) {
      if (!line.includes("stage.started")) continue;
      await kill(victim, run.pid);
      break;
    }
    await run.exited;
    await home.deserted();
  });

  test("a console ends its pipeline at once", async (home) => {
    const pipeline = startPipeline({ data: home.around, home: home.path, database: null });
    await pipeline.call({ kind: "months" });
    pipeline.kill();
    await home.deserted();
  });

  test("a console is killed while it starts the server", async (home) => {
    const killed = home.use();
    await until(() => home.servers().length > 0, "a server");
    await killed.kill();
    await home.deserted();
  });

  test("`db start` is killed while it starts the server", async (home) => {
    const killed = home.console("start");
    await until(() => home.servers().length > 0, "a server");
    await killed.kill();
    await deputies(home, 0);
    // It may have said by then that the server is to be kept.
    await home.does("stop");
  });

  testsOn(who, noHome)("a console is killed while initdb is at work", async (home) => {
    const killed = home.use();
    const isAtWork = () => processes().some((pid) => titleOf(pid).includes(`initdb\0--pgdata=${home.folder}`));
    await until(isAtWork, "initdb");
    await killed.kill();
    await home.deserted();
  });

  test("the first of two is killed: the server stays for the second, and ends when that is killed, too", async (home) => {
    const [first, second] = [home.use(), home.use()];
    expect(await first.url()).toBe(await second.url());
    const server = home.postmaster();
    await first.kill();
    await deputies(home, 1);
    await home.keep(await second.url());
    expect(home.postmaster()).toBe(server);
    await second.kill();
    await home.deserted();
  });

  test("a console that stands still is a user like any other", async (home) => {
    const still = await home.keeping();
    still.signal("SIGSTOP");
    const killed = await home.keeping();
    await killed.kill();
    await deputies(home, 1);
    expect(home.servers()).toContain(home.postmaster());
    still.signal("SIGCONT");
    await home.keep(await still.url());
    await still.leave();
  });

  test("one comes at the very moment: it is served, by the old server or by a new one", async (home) => {
    for (let round = 0; round < 3; round++) {
      const killed = await home.keeping();
      const [next] = [home.keeping(), killed.kill()];
      await (await next).leave();
    }
  });

  test("a server that is kept stays", async (home) => {
    await home.keep(await home.started());
    const killed = await home.keeping();
    await killed.kill();
    await deputies(home, 0);
    expect(await home.does("status")).toMatchObject({ running: true, reachable: true, kept: true });
    await home.does("stop");
  });

  test("its deputy is killed before it: whoever leaves next stops the server", async (home) => {
    const killed = await home.keeping();
    for (const pid of home.deputies()) signalTo(pid, "SIGKILL");
    await killed.kill();
    expect((await home.does("status")).running).toBe(true);
    await home.visit();
    await home.deserted();
  });

  test("its server is killed with it: nothing is left of the socket", async (home) => {
    const killed = await home.keeping();
    for (const pid of home.servers()) signalTo(pid, "SIGKILL");
    await killed.kill();
    await home.deserted();
  });

  test("the home was moved meanwhile: its server is found there", async (home) => {
    const killed = await home.keeping();
    home.move("elsewhere");
    await killed.kill();
    await home.deserted();
  });
});
