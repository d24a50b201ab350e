import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../src/pipeline/whoami.ts", import.meta.url));
const script = `const { whoami } = await import(${JSON.stringify(source)}); console.log(JSON.stringify(whoami()));`;

/** Who a process with that environment, and of that account, says that it is. */
function operator(env: Record<string, string>, account: { uid?: number; gid?: number } = {}): string {
  const { stdout } = Bun.spawnSync([process.execPath, "-e", script], { env, cwd: "/", ...account });
  return JSON.parse(stdout.toString()).operator;
}

const id = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
const isRoot = process.getuid?.() === 0;
const forged = { USER: "mallory", LOGNAME: "mallory", USERNAME: "mallory", HOME: "/home/mallory", PATH: "/nowhere" };

describe("the operator is the account", () => {
  test("whatever the environment says, and when it says nothing, as under cron", () => {
    expect(operator(forged)).toBe(id);
    expect(operator({})).toBe(id);
  });

  // Only root can take another account.
  test.if(isRoot)("also one that no file lists: by its number", () => {
    expect(operator(forged, { uid: 54_321, gid: 54_321 })).toBe("uid 54321");
  });
});
