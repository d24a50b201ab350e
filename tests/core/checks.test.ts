import { expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { checked, isSound, metSoFar, requireMet } from "../../src/core/checks.ts";

setDefaultTimeout(60_000);

const refuse = ({ summary }: { summary: string }) => new Error(summary);
const module = fileURLToPath(new URL("../../src/core/checks.ts", import.meta.url));

test("data that do not meet their definition are refused, however often they come", () => {
  const definition = { name: "string > 0", "limit?": "number >= 0" } as const;
  for (let times = 0; times < 2; times++) {
    expect(() => checked(definition, { name: "a", limit: -1 }, refuse)).toThrow("limit must be non-negative");
  }
  expect(checked(definition, { name: "a", limit: 1 }, refuse)).toEqual({ name: "a", limit: 1 });
});

test("what met one definition has not met another, nor has anything else met it", () => {
  requireMet({ day: /^\d{4}$/ }, { day: "2024" }, refuse);
  expect(() => requireMet({ day: /^\d{5}$/ }, { day: "2024" }, refuse)).toThrow("day must be matched by");
  expect(() => requireMet({ day: /^\d{4}$/ }, { day: 2024 }, refuse)).toThrow("day must be a string");
  expect(() => requireMet({ day: /^\d{4}$/ }, {}, refuse)).toThrow("day must be a string");
});

test("what comes but once is looked at, and not kept", () => {
  const before = metSoFar().size;
  expect(isSound("number", 1)).toBe(true);
  expect(isSound("number", "1")).toBe(false);
  expect(metSoFar().size).toBe(before);
});

test("what was met before needs nothing to be loaded", async () => {
  const definition = { name: "string" };
  requireMet(definition, { name: "known" }, refuse);
  const program = `
    import { recall, requireMet } from ${JSON.stringify(module)};
    recall(${JSON.stringify([...metSoFar()].slice(-1))});
    const isLoaded = () => Object.keys(require.cache).some((path) => path.includes("arktype"));
    const looks = [];
    for (const name of ["known", "unknown"]) {
      requireMet(${JSON.stringify(definition)}, { name }, () => new Error("refused"));
      looks.push(isLoaded());
    }
    console.log(JSON.stringify(looks));`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "inherit" });
  expect(JSON.parse(await new Response(child.stdout).text())).toEqual([false, true]);
});
