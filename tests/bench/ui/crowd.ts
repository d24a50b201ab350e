import { fileURLToPath } from "node:url";
import { openFrames, printLine, type Size } from "./frames.ts";

const program = fileURLToPath(new URL("../../helpers/console.ts", import.meta.url));

/** Keys that each change the screen, pressed over and over; `before` leads there. */
const parts: { name: string; before: string[]; keys: string[] }[] = [
  { name: "months: move", before: [], keys: ["j", "j", "j", "k", "G", "g"] },
  { name: "months: filter", before: ["/"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "runs: move", before: ["\x1b", "2"], keys: ["j", "j", "j", "k", "G", "g"] },
  { name: "runs: filter", before: ["/"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "expectations: move", before: ["\x1b", "v"], keys: ["j", "j", "k", "G", "g", "f", "f"] },
  { name: "values: move", before: ["g", "\r"], keys: ["j", "j", "k", "\x1b[6~", "G", "g"] },
  { name: "commands: complete", before: ["\x1b", "1", ":"], keys: ["4", "9", "\x7f", "\x7f"] },
  { name: "a made-up run: help and back", before: ["\x1b", "r", "\r"], keys: ["?", "\x1b[B", "\x1b"] },
];

const sizes: Size[] = [
  { cols: 80, rows: 24 },
  { cols: 220, rows: 60 },
];

/** By the names of their scenarios. */
const ledgers: Record<string, string> = {
  many: "120 months, 600 runs, 24 expectations, 100,000 values",
  crowd: "500 months, 5,000 runs, 200 expectations",
};

/** Large ledgers behind a fake pipeline; at last a run that never stops. */
export async function crowd(presses: number): Promise<void> {
  for (const [ledger, told] of Object.entries(ledgers)) {
    for (const size of sizes) await crowdAt(ledger, `${told}, at ${size.cols}×${size.rows}`, size, presses);
  }
}

async function crowdAt(ledger: string, told: string, size: Size, presses: number): Promise<void> {
  const frames = openFrames([process.execPath, program, ledger], size);
  // Some of these keys change nothing that is drawn, so there is no frame to wait for; what is measured comes after.
  const settle = () => Bun.sleep(300);
  await frames.wrote("month_");
  await settle();
  for (const { name, before, keys } of parts) {
    for (const key of before) {
      frames.type(key);
      await settle();
    }
    const times: number[] = [];
    for (let index = 0; index < presses; index++) {
      const time = await frames.press(keys[index % keys.length] ?? "j");
      if (time !== null) times.push(time);
    }
    printLine(`${told}: ${name}`, times);
  }
  frames.type("\x03");
  await frames.exited;
}
