import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isRunEvent, type RunEvent } from "../../src/core/messages/events.ts";
import { bareEnvironment } from "./program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The real console over generated drops, in a fresh folder with the default places below it. */
export interface Recorder {
  folder: string;
  generate(users: number, months: number): Promise<void>;
  /** The events of one command; `heard` may signal it at any of them. */
  record(name: string, args: string[], exit: number, heard?: (event: RunEvent) => boolean): Promise<RunEvent[]>;
  close(): Promise<void>;
}

export function newRecorder(): Recorder {
  const folder = mkdtempSync(join(tmpdir(), "streamflow-record-"));
  // Root's servers run as another account, which has to get through.
  chmodSync(folder, 0o755);
  const run = (script: string, args: readonly string[]) =>
    Bun.spawn([process.execPath, join(root, script), ...args], {
      cwd: folder,
      env: bareEnvironment,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
  return {
    folder,
    async generate(users, months) {
      const size = ["--users", String(users), "--months", String(months)];
      const made = run("data/generate.ts", [...size, "--seed", "1", "--out", "data/seeds"]);
      if ((await made.exited) !== 0) throw new Error("the drops could not be generated");
    },
    async record(name, args, exit, heard) {
      const child = run("src/main.ts", [...args, "--json"]);
      const events: RunEvent[] = [];
      const decoder = new TextDecoder();
      let rest = "";
      for await (const chunk of child.stdout) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const event: unknown = JSON.parse(line);
          if (!isRunEvent(event)) throw new Error(`${name}: not an event: ${line}`);
          events.push(event);
          if (heard?.(event)) child.kill("SIGINT");
        }
      }
      const code = await child.exited;
      if (code !== exit) throw new Error(`${name} ended with ${code}, not ${exit}: ${JSON.stringify(events.at(-1))}`);
      return events;
    },
    async close() {
      await run("src/main.ts", ["db", "stop"]).exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function writeStream(file: URL, events: readonly RunEvent[]): Promise<void> {
  await Bun.write(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
}
