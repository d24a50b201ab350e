import { fileURLToPath } from "node:url";
import { type Script, scriptVariable } from "./pipeline.ts";

/** The console over a fake pipeline, as a shell would start it. */
export const fakeConsole = [process.execPath, fileURLToPath(new URL("./console.ts", import.meta.url))];

export function environment(script: Script): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME, LANG: "C.UTF-8", [scriptVariable]: JSON.stringify(script) };
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningConsole {
  readonly pid: number;
  /** Resolves when stderr holds the text. */
  says(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  readonly outcome: Promise<Outcome>;
}

export function startConsole(args: readonly string[], script: Script = {}): RunningConsole {
  const child = Bun.spawn([...fakeConsole, ...args], {
    env: environment(script),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let stderr = "";
  let look = () => {};
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      stderr += decoder.decode(chunk, { stream: true });
      look();
    }
  })();
  const outcome = Promise.all([child.exited, child.stdout.text(), reading]).then(([code, stdout]) => {
    look();
    return { code: child.signalCode === null ? code : null, stdout, stderr };
  });
  return {
    pid: child.pid,
    says: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (stderr.includes(text)) resolve();
          else if (child.exitCode !== null) reject(new Error(`"${text}" was never said:\n${stderr}`));
        };
        look();
      }),
    signal: (signal) => child.kill(signal),
    outcome,
  };
}

export function runConsole(args: readonly string[], script: Script = {}): Promise<Outcome> {
  return startConsole(args, script).outcome;
}
