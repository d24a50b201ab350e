import { fileURLToPath } from "node:url";
import { openFrames, printLine, type Size } from "./frames.ts";

const program = fileURLToPath(new URL("../../helpers/console.ts", import.meta.url));

/** Keys that each change the screen, pressed over and over; `before` leads there. */
const parts: { name: string; before: string[]; keys: string[] }[] = [
  { name: "500 months: move", before: [], keys: ["j", "j", "j", "k", "G", "g"] },
  { name: "500 months: filter", before: ["/"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "5,000 runs: move", before: ["\x1b", "2"], keys: ["j", "j", "j", "k", "G", "g"] },
  { name: "5,000 runs: filter", before: ["/"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "200 expectations: move", before: ["\x1b", "v"], keys: ["j", "j", "k", "G", "g", "f", "f"] },
  { name: "commands: complete", before: ["1", ":"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "a made-up run: help and back", before: ["\x1b", "r", "\r"], keys: ["?", "\x1b[B", "\x1b"] },
];

const sizes: Size[] = [
  { cols: 80, rows: 24 },
  { cols: 220, rows: 60 },
];

/** A ledger of 500 months, 5,000 runs and 200 expectations behind a fake pipeline; at last a run that never stops. */
export async function crowd(presses: number): Promise<void> {
  for (const size of sizes) await crowdAt(size, presses);
}

async function crowdAt(size: Size, presses: number): Promise<void> {
  const frames = openFrames([process.execPath, program, "crowd"], size);
  // Some of these keys change nothing that is drawn, so there is no frame to wait for; what is measured comes after.
  const settle = () => Bun.sleep(300);
  await frames.wrote("month_499");
  await settle();
  for (const { name, before, keys } of parts) {
    for (const key of before) {
      frames.type(key);
      await settle();
    }
    const times: number[] = [];
    for (let index = 0; index < presses; index++) times.push(await frames.press(keys[index % keys.length] ?? "j"));
    printLine(`${size.cols}×${size.rows}, ${name}`, times);
  }
  frames.type("\x03");
  await frames.exited;
}
