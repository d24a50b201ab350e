import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the command line writes, to pipes and files: all of it, in its order, and without Node's streams. */

setDefaultTimeout(60_000);

const channels = fileURLToPath(new URL("../../src/headless/views/output.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "streamflow-output-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes so many lines to each of its outputs, tells whether a stream of Node's was opened for them, and leaves at once. */
const program = (lines: number) => `
  const opened = [];
  for (const name of ["stdout", "stderr"]) {
    const { get } = Object.getOwnPropertyDescriptor(process, name);
    Object.defineProperty(process, name, { get() { opened.push(name); return get.call(process); } });
  }
  const { standardOutput } = await import(${JSON.stringify(channels)});
  const { out, err } = standardOutput(true);
  for (let line = 0; line < ${lines}; line++) {
    out.write("line " + line + " " + "x".repeat(200) + "\\n");
    err.write("error " + line + "\\n");
  }
  out.write("opened " + opened + "\\n");
  await Promise.all([out.flush(), err.flush()]);
  process.exit(0);`;

const written = (lines: number) =>
  `${Array.from({ length: lines }, (_, line) => `line ${line} ${"x".repeat(200)}\n`).join("")}opened \n`;
const told = (lines: number) => Array.from({ length: lines }, (_, line) => `error ${line}\n`).join("");

const words = (lines: number) => [process.execPath, "-e", program(lines)];

test("a pipe gets all of it, however late it is read", async () => {
  const child = Bun.spawn(words(5_000), { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  // Nothing is taken from the one before the other is at its end, which is more than a pipe holds.
  expect(await child.stderr.text()).toBe(told(5_000));
  expect(await child.stdout.text()).toBe(written(5_000));
  expect(await child.exited).toBe(0);
});

test("a file is gone on with where others left it, and is shared", () => {
  const path = join(folder, "shared");
  const shell = `echo before; "$@"; echo after`;
  const file = openSync(path, "w");
  Bun.spawnSync(["sh", "-c", shell, "sh", ...words(3)], { stdin: "ignore", stdout: file, stderr: file });
  closeSync(file);
  const lines = readFileSync(path, "utf8").split("\n");
  expect([lines[0], ...lines.slice(-2)]).toEqual(["before", "after", ""]);
  const [inOrder, others] = ["line ", "error "].map((begin) => lines.filter((line) => line.startsWith(begin)));
  expect(`${inOrder?.join("\n")}\nopened \n`).toBe(written(3));
  expect(`${others?.join("\n")}\n`).toBe(told(3));
  expect(lines).toContain("opened ");
});
