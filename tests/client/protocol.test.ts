import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPipeline } from "../../src/client/pipeline.ts";
import { spawnPipeline } from "../../src/client/subprocess.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { protocol, type RunRequest } from "../../src/core/messages/requests.ts";

setDefaultTimeout(60_000);
const folder = mkdtempSync(join(tmpdir(), "streamflow-protocol-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = { data: "drops", home: join(folder, "home"), database: "postgresql://nobody@127.0.0.1:1/none" };
const run: RunRequest = {
  kind: "run",
  selection: { every: "all" },
  as_of: null,
  dry_run: false,
  restamp: false,
  backfill: false,
  force: false,
};
const strange = { event: "stage.started", stage: "baking", run: 1, seq: 0, at: "2024-01-31T00:00:00.000Z" };

/** The events of a run by a stand-in that speaks this protocol, and says one that is none. */
async function eventsFrom(spoken: string): Promise<RunEvent[]> {
  const lines = [{ protocol: spoken }, { id: 0, event: strange }, { id: 0, result: { exit_code: 0 } }];
  const entry = join(folder, `${spoken.slice(0, 8)}.ts`);
  await Bun.write(
    entry,
    `for (const line of ${JSON.stringify(lines)}) console.log(JSON.stringify(line)); await Bun.stdin.text();`,
  );
  const pipeline = startPipeline(settings, spawnPipeline(entry));
  const events: RunEvent[] = [];
  try {
    await pipeline.call(run, (event) => events.push(event));
    return events;
  } finally {
    await pipeline.close();
  }
}

describe("what the pipeline says", () => {
  test("is taken as it is from one that speaks our protocol", async () => {
    expect(await eventsFrom(protocol)).toEqual([strange as RunEvent]);
  });

  test("is looked at when it speaks another", async () => {
    await expect(eventsFrom("another")).rejects.toThrow(
      "The pipeline said something that the console does not understand.",
    );
  });
});

describe("what a front end of another protocol says", () => {
  const pipeline = fileURLToPath(new URL("../../src/pipeline/main.ts", import.meta.url));

  /** What the pipeline answers to these lines, and what its process says about itself. */
  async function answersTo(...lines: unknown[]): Promise<{ answers: unknown[]; words: string; code: number }> {
    const stdin = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const child = Bun.spawn([process.execPath, pipeline], { stdin, stdout: "pipe", stderr: "pipe" });
    const [said, words, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    const answers = said.trim().split("\n");
    return { answers: answers.map((line) => JSON.parse(line)), words, code };
  }

  test("is served when it is sound", async () => {
    const { answers } = await answersTo({ settings }, { id: 7, request: { kind: "cancel" } });
    expect(answers).toEqual([{ protocol }, { id: 7, result: { cancelled: false } }]);
  });

  test("ends the pipeline when it is not", async () => {
    const calls = [
      { id: 0, request: { kind: "bake" } },
      { id: 0, request: { kind: "show", run: "1" } },
    ];
    for (const call of calls) {
      const { words, code } = await answersTo({ settings }, call);
      expect(words).toContain("The front end asked for something unknown");
      expect(code).toBe(3);
    }
    const { words, code } = await answersTo({ settings: { ...settings, home: "" } });
    expect(words).toContain("The front end did not say where things are");
    expect(code).toBe(3);
  });
});
