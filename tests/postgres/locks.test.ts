import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type Hold, lockFile } from "../../src/postgres/embedded/locks.ts";
import { homesFolder } from "../helpers/homes.ts";

/** A process that is being started has all handles of ours until the kernel has given it its program, which a busy machine puts off. */

setDefaultTimeout(60_000);

const folder = homesFolder();
afterAll(folder.remove);
const path = join(folder.path, "lock");

function locked(mode: "shared" | "exclusive"): Hold {
  const hold = lockFile(path, mode, null);
  if (hold === null) throw new Error(`somebody holds ${path}`);
  return hold;
}

test("a lock that is released is to be had at once, whatever is being started meanwhile", async () => {
  for (let time = 0; time < 50; time++) {
    const share = locked("shared");
    const program = Bun.spawn(["/bin/sh", "-c", "exit"]);
    share.release();
    locked("exclusive").release();
    await program.exited;
  }
});

test("one that is bequeathed is held by whoever inherited it", async () => {
  const lock = locked("exclusive");
  const heir = Bun.spawn(["/bin/sh", "-c", "read -r word"], { stdio: ["pipe", "ignore", "ignore", lock.handle] });
  lock.bequeath();
  expect(lockFile(path, "shared", null)).toBeNull();
  heir.stdin.end();
  await heir.exited;
  locked("exclusive").release();
});
