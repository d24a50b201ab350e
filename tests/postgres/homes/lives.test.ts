import { describe, expect } from "bun:test";
import { join } from "node:path";
import { commandOf, holdersOf, isStopped, titleOf } from "../../../src/postgres/embedded/system/processes.ts";
import { asking } from "../../helpers/homes.ts";
import type { OtherConsole } from "../../helpers/other-console.ts";
import { signalTo } from "../../helpers/signals.ts";
import { noHome, sessionOf, testsOn } from "./bench.ts";
import { type Home, processes, until } from "./home.ts";
import { everybody } from "./who.ts";

/** Servers and consoles that start, stop, stand still and are killed: no row is lost, nothing hangs, nothing stays. */

/** A console that stands still while it has the turn. */
async function stoppedInItsTurn(home: Home): Promise<OtherConsole> {
  const slow = home.use();
  await until(() => home.read("../turn.holder").startsWith(`${slow.pid} `), "its turn");
  slow.signal("SIGSTOP");
  await until(() => isStopped(slow.pid), "its halt");
  if (holdersOf(join(home.folder, "turn.lock")).includes(slow.pid)) return slow;
  // Its turn was over by then.
  slow.signal("SIGCONT");
  await slow.leave();
  return await stoppedInItsTurn(home);
}

describe.each(everybody)("as %s", (who) => {
  const test = testsOn(who);

  // What takes longest begins first.
  test("a server that stands still is stopped all the same", async (home) => {
    const use = await home.keeping();
    process.kill(home.postmaster(), "SIGSTOP");
    await use.leave();
  });

  test("a session that stands still keeps nobody waiting", async (home) => {
    const use = home.use();
    await asking(await use.url(), async (sql) => {
      signalTo(await sessionOf(sql), "SIGSTOP");
      process.kill(home.postmaster(), "SIGKILL");
      await home.visit();
    });
    await use.leave();
  });

  test("ten consoles at once share one server, which goes with the last", async (home) => {
    const all = Array.from({ length: 10 }, () => home.use());
    const urls = new Set(await Promise.all(all.map((one) => one.url())));
    expect(urls.size).toBe(1);
    await Promise.all(all.map((one) => one.leave()));
  });

  test("a server that was started stays until it is stopped, and lets its users finish", async (home) => {
    expect(await home.does("start")).toMatchObject({ running: true, reachable: true, kept: true });
    const use = home.use();
    const url = await use.url();
    expect(await home.does("stop")).toMatchObject({ running: true, kept: false });
    await home.keep(url);
    await use.leave();
  });

  test("the server is killed, and its sessions live on for a moment", async (home) => {
    const use = await home.keeping();
    const url = await use.url();
    await asking(url, async (sql) => {
      const busy = sql`select pg_sleep(60)`.catch(() => {});
      process.kill(home.postmaster(), "SIGKILL");
      expect(await home.visit()).toBe(url);
      await busy;
    });
    await use.leave();
  });

  test("all processes of the server are killed", async (home) => {
    const use = await home.keeping();
    for (const pid of home.servers()) process.kill(pid, "SIGKILL");
    await home.gone();
    await use.leave();
  });

  test.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("the server gets %s from others", async (home, name) => {
    const use = await home.keeping();
    process.kill(home.postmaster(), name);
    await home.gone();
    await use.leave();
  });

  test.each(["checkpointer", "walwriter", "a session"])(
    "%s is killed, and the last user leaves at once",
    async (home, victim) => {
      const use = await home.keeping();
      await asking(await use.url(), async (sql) => {
        const own = await sessionOf(sql);
        signalTo(home.servers().find((pid) => titleOf(pid).includes(victim)) ?? own, "SIGKILL");
        await use.leave();
      });
    },
  );

  test("a session is killed on a server that is kept: who comes then waits for the recovery", async (home) => {
    const url = await home.started();
    await home.keep(url);
    await asking(url, async (sql) => {
      signalTo(await sessionOf(sql), "SIGKILL");
      const { code, stderr } = await home.answer(["months", "--home", home.path]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    });
    await home.does("stop");
  });

  test("a console that stands still while it has the turn: others say so, end when told, or go on when it does", async (home) => {
    const slow = await stoppedInItsTurn(home);
    const impatient = home.use();
    expect(await impatient.waits()).toMatch(
      /^Another console \(process \d+\), which was stopped \(.kill -CONT \d+. lets it go on\), is starting or stopping/,
    );
    impatient.signal("SIGTERM");
    expect(await impatient.fails()).toMatchObject({ code: "terminated" });
    const patient = home.use();
    await patient.waits();
    slow.signal("SIGCONT");
    expect(await patient.url()).toBe(await slow.url());
    await slow.leave();
    await patient.leave();
  });

  test("a program that a session started outlives the server: it is named, and ending it helps", async (home) => {
    const use = home.use();
    const program = "cat >/dev/null; setsid sleep 100 </dev/null >/dev/null 2>&1 &";
    await asking(await use.url(), (sql) => sql`copy (select 1) to program ${sql.unsafe(`'${program}'`)}`);
    // Once it has that name it is in no group of the session any more.
    const sleeps = () => holdersOf(join(home.folder, "server.lock")).some((pid) => commandOf(pid) === "sleep");
    await until(sleeps, "a program that sleeps");
    await use.leave();
    const error = await home.refusal();
    const [, pid] = /sleep \(process (\d+)\)/.exec(error.title) ?? [];
    expect(error.hint).toContain(`kill ${pid}`);
    process.kill(Number(pid));
  });

  testsOn(who, noHome)("initdb stands still: who waits for it is told, and may end the wait", async (home) => {
    const starting = home.use();
    const initdb = () => processes().find((pid) => titleOf(pid).includes(`initdb\0--pgdata=${home.folder}`));
    await until(() => initdb() !== undefined, "initdb");
    signalTo(initdb(), "SIGSTOP");
    expect(await starting.waits()).toContain("initdb is at work");
    starting.signal("SIGTERM");
    expect(await starting.fails()).toMatchObject({ code: "terminated" });
    expect(initdb()).toBeUndefined();
  });
});
