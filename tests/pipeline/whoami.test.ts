import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { nameOf } from "../../src/pipeline/session/whoami.ts";

setDefaultTimeout(60_000);

const source = fileURLToPath(new URL("../../src/pipeline/session/whoami.ts", import.meta.url));
const script = `const { whoami } = await import(${JSON.stringify(source)}); console.log(JSON.stringify(whoami()));`;

/** Who a process with that environment says that it is. */
function operator(env: Record<string, string>): string {
  const { stdout } = Bun.spawnSync([process.execPath, "-e", script], { env, cwd: "/" });
  return JSON.parse(stdout.toString()).operator;
}

const id = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
const forged = { USER: "mallory", LOGNAME: "mallory", USERNAME: "mallory", HOME: "/home/mallory", PATH: "/nowhere" };

describe("the operator is the account", () => {
  test("whatever the environment says, and when it says nothing, as under cron", () => {
    expect(operator(forged)).toBe(id);
    expect(operator({})).toBe(id);
  });

  test("by its number where nobody lists it", () => {
    expect(nameOf(54_321)).toBe("uid 54321");
    expect(nameOf(process.getuid?.())).toBe(id);
  });
});
