import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPipeline } from "../../src/client/pipeline.ts";
import { spawnPipeline } from "../../src/client/subprocess.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { runRequest } from "../helpers/pipeline.ts";

/** A pipeline that says what no front end understands is not believed in anything from there on. */

setDefaultTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), "streamflow-said-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a call comes to when the pipeline answers its first with these lines. */
async function answeredBy(...lines: string[]): Promise<{ told: string; events: RunEvent[]; signal: string | null }> {
  const entry = join(folder, "said.ts");
  const said = JSON.stringify(lines.map((line) => `${line}\n`).join(""));
  // Settings come first, then the call, and then it waits for the end.
  writeFileSync(
    entry,
    `let lines = 0;
     for await (const chunk of Bun.stdin.stream()) {
       lines += new TextDecoder().decode(chunk).split("\\n").length - 1;
       if (lines >= 2) { process.stdout.write(${said}); lines = -1e9; }
     }`,
  );
  const settings = { data: folder, home: folder, database: "postgresql://nobody@127.0.0.1:1/none" };
  const pipeline = startPipeline(settings, spawnPipeline(entry));
  const events: RunEvent[] = [];
  const told = await pipeline
    .call(runRequest(["month_000"]), (event) => events.push(event))
    .then(
      ({ exit_code }) => `exit ${exit_code}`,
      ({ title }) => title as string,
    );
  await pipeline.close();
  const { signal } = await pipeline.exited;
  return { told, events, signal };
}

const misspoken = "The pipeline said something that the console does not understand.";
const answer = '{"id":0,"result":{"exit_code":0}}';
const at = { run: null, seq: 0, at: "2024-01-31T00:00:00.000Z" };

test("an answer is an answer, an event an event", async () => {
  const warned = { event: "run.warned", title: "a title", hint: "a hint", ...at };
  const { told, events, signal } = await answeredBy(JSON.stringify({ id: 0, event: warned }), answer);
  expect({ told, events, signal }).toEqual({ told: "exit 0", events: [warned as RunEvent], signal: null });
});

test.each([
  ["is no JSON", "Segmentation fault"],
  ["is of no known event", JSON.stringify({ id: 0, event: { event: "run.exploded", ...at } })],
  ["lacks what the event has", JSON.stringify({ id: 0, event: { event: "run.warned", ...at } })],
])("a line that %s ends it, and what it says after that counts for nothing", async (_, line) => {
  expect(await answeredBy(line, answer)).toEqual({ told: misspoken, events: [], signal: "SIGKILL" });
});

test("a pipeline that has ended answers no call, and each is told so", async () => {
  const entry = join(folder, "ended.ts");
  writeFileSync(entry, "process.exit(3)");
  const settings = { data: folder, home: folder, database: null };
  const pipeline = startPipeline(settings, spawnPipeline(entry));
  await pipeline.exited;
  await expect(pipeline.call({ kind: "months" })).rejects.toMatchObject({
    code: "pipeline_died",
    title: "The pipeline subprocess ended with exit code 3.",
  });
}, 5_000);
