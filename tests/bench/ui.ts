import { fileURLToPath } from "node:url";

/**
 * From a key to the end of the frame that answers it, in a real pseudo-terminal, with 500 months, 5,000 runs and 200
 * expectations behind a fake pipeline; the last part while a run reports progress of six tables ten times a second.
 */

const program = fileURLToPath(new URL("../helpers/console.ts", import.meta.url));
/** What ink writes after each frame: the end of a synchronized update. */
const frameEnd = "\x1b[?2026l";

/** Keys that each change the screen, pressed over and over. */
const parts: { name: string; before: string[]; keys: string[] }[] = [
  { name: "500 months: move", before: [], keys: ["j", "j", "j", "k", "G", "g"] },
  { name: "500 months: filter", before: ["/"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "5,000 runs: move", before: ["\x1b", "2"], keys: ["j", "j", "j", "k", "G", "g"] },
  { name: "5,000 runs: filter", before: ["/"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "200 expectations: move", before: ["\x1b", "v"], keys: ["j", "j", "k", "G", "g", "f", "f"] },
  { name: "commands: complete", before: ["1", ":"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "a run going on: switch and move", before: ["\x1b", "r", "\r"], keys: ["l", "l", "?", "\x1b[B", "\x1b"] },
];

export async function run(args: string[]): Promise<void> {
  const presses = Number(args[0] ?? 60);
  let latest = "";
  let everything = "";
  let frameDone: (() => void) | null = null;
  const decoder = new TextDecoder();
  const child = Bun.spawn([process.execPath, program, "crowd"], {
    env: { ...process.env, TERM: "xterm-256color", LANG: "C.UTF-8" },
    terminal: {
      cols: 80,
      rows: 24,
      data(_, data) {
        const text = decoder.decode(data, { stream: true });
        latest = (latest + text).slice(-200);
        everything += text;
        if (latest.includes(frameEnd)) {
          latest = "";
          frameDone?.();
        }
      },
    },
  });
  const press = async (key: string): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    frameDone = resolve;
    const pressed = performance.now();
    child.terminal?.write(key);
    await promise;
    return performance.now() - pressed;
  };
  const settle = () => Bun.sleep(300);

  while (!everything.includes("month_499")) await settle();
  await settle();
  console.log(["", "presses", "median ms", "p95 ms", "worst ms", ""].join(" | ").trim());
  console.log("|---|---:|---:|---:|---:|");
  for (const { name, before, keys } of parts) {
    for (const key of before) {
      child.terminal?.write(key);
      await settle();
    }
    const times: number[] = [];
    for (let index = 0; index < presses; index++) times.push(await press(keys[index % keys.length] ?? "j"));
    times.sort((a, b) => a - b);
    const at = (part: number) => (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
    console.log(`| ${name} | ${times.length} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`);
  }
  child.terminal?.write("\x03");
  await child.exited;
}
