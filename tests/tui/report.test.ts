import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFile } from "../../src/client/open-file.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";

/** The key that writes a page of what is chosen. */

test.each([
  ["a month", ["down"], "the run that it stands by"],
  ["a run", ["2"], "the one under the cursor"],
  ["a snapshot", ["s"], "the run that sealed it"],
] as const)("o on %s asks for the page of %3$s", (_, before) => {
  const session = new Session(scenario("published")).press(...before, "o");
  const effect = session.effects.at(-1);
  expect(effect).toEqual({
    do: "report",
    request: { kind: "report", subject: { run: expect.any(Number) }, out: null, junit: null, gx: null, values: null },
  });
  session.send({ type: "reported", text: "Wrote pages/run-2.html: open it in a browser.", tone: "good" });
  expect(session.text()).toContain("Wrote pages/run-2.html: open it in a browser.");
});

test("o where there is no run says so", () => {
  const session = new Session(scenario("empty")).press("o");
  expect(session.text()).toContain("There is no run here to report on.");
});

test("a page is opened where there is a screen to see it on, and a program that opens it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "streamflow-open-"));
  const env = { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ":0" };
  for (const name of ["xdg-open", "open"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\nprintf %s "$1" > ${folder}/opened\n`);
    chmodSync(join(folder, name), 0o755);
  }
  expect(await openFile("/pages/it's <b>.html", env)).toBe(true);
  expect(readFileSync(join(folder, "opened"), "utf8")).toBe("/pages/it's <b>.html");
  if (process.platform === "linux") expect(await openFile("/page.html", { ...env, DISPLAY: "" })).toBe(false);
  rmSync(folder, { recursive: true });
});
