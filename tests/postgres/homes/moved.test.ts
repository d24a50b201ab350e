import { describe, expect } from "bun:test";
import { chmodSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { noHome, run, testsOn } from "./bench.ts";
import { everybody } from "./who.ts";

/** Homes that were moved, copied, restored and linked, whatever they are called. */

describe.each(everybody)("as %s", (who) => {
  const test = testsOn(who);

  test("moved while nothing lives on it", (home) => home.move("elsewhere"));

  test("moved while its server is in use: who comes by the new path shares it", async (home) => {
    const use = await home.keeping();
    home.move("elsewhere");
    expect(await home.does("status")).toMatchObject({ running: true, reachable: true });
    const next = await home.keeping();
    await next.leave();
    await use.leave();
  });

  test("moved while its server is in use: whoever came by the old path leaves it to those who came by the new", async (home) => {
    const use = await home.keeping();
    home.move("elsewhere");
    const next = await home.keeping();
    await use.leave();
    await home.keep(await next.url());
    await next.leave();
  });

  test("moved while its server is kept: it is stopped by the new path", async (home) => {
    await home.keep(await home.started());
    home.move("elsewhere");
    expect(await home.does("stop")).toMatchObject({ running: false });
  });

  test("moved away while it is in use, and another made in its place: neither touches the other", async (home) => {
    const use = home.use();
    const url = await use.url();
    const old = home.path;
    home.move("elsewhere");
    await run("cp", "-a", home.path, old);
    const { path } = home;
    home.path = old;
    const other = home.use();
    await other.url();
    home.path = path;
    const again = home.use();
    expect(await again.url()).not.toBe(url);
    await other.leave();
    await again.leave();
    await use.leave();
    await home.kept();
  });

  test("copied while its server is in use: the copy is a home of its own", async (home) => {
    const use = await home.keeping();
    const { path } = home;
    home.path = join(home.around, "copy");
    await run("cp", "-a", path, home.path);
    const other = home.use();
    expect(await other.url()).not.toBe(await use.url());
    expect(await home.kept()).toBeGreaterThan(0);
    await other.leave();
    home.path = path;
    expect((await home.does("status")).running).toBe(true);
    await use.leave();
  });

  test("restored from a backup in its own place, while the old server lives on", async (home) => {
    const use = home.use();
    await use.url();
    const backup = join(home.around, "backup.tar");
    await run("tar", "-C", home.around, "-cf", backup, "home");
    rmSync(home.path, { recursive: true });
    await run("tar", "-C", home.around, "-xpf", backup);
    expect(await home.kept()).toBe(1);
    await use.leave();
    // It would miss its files within a minute.
    home.killAll();
    await home.gone();
  });

  test("a mode that lets others in is mended", async (home) => {
    chmodSync(home.data, 0o755);
    expect(await home.kept()).toBe(1);
    expect(statSync(home.data).mode & 0o777).toBe(0o700);
  });

  test("reached by a link", (home) => {
    const { path } = home;
    home.path = join(home.around, "link");
    symlinkSync(path, home.path);
  });

  testsOn(who, noHome)("a link that leads nowhere is told as that, and its target may be made", async (home) => {
    const target = join(home.around, "target");
    symlinkSync(target, home.path);
    expect((await home.refusal()).title).toContain(`is a link to ${target}, which is not there`);
    await run("mkdir", "-m", "777", target);
    await home.visit();
  });

  test("the data are a link to a disk that is not mounted", async (home) => {
    const disk = join(home.around, "disk");
    renameSync(home.data, disk);
    symlinkSync(disk, home.data);
    expect(await home.kept()).toBe(1);
    renameSync(disk, `${disk}-unmounted`);
    expect((await home.refusal()).title).toContain(`is a link to ${disk}, which is not there`);
    expect(readdirSync(home.folder).filter((name) => name.startsWith("data.new-"))).toEqual([]);
    renameSync(`${disk}-unmounted`, disk);
  });

  test.each(["h#x", "a b", "q?u=e&r%y", "é,'\"$`+", "eq=ual"])("a home that is called %s", async (home, name) => {
    home.move(name);
    const { stdout, code } = await home.answer(["months", "--json", "--home", home.path]);
    expect({ code, months: JSON.parse(stdout).months.length }).toMatchObject({ code: 0 });
    expect(await home.does("start")).toMatchObject({ running: true, reachable: true });
    expect(await home.does("stop")).toMatchObject({ running: false });
  });
});
