import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { childrenOf, residentBytes } from "../memory.ts";
import { openFrames } from "./frames.ts";

const program = fileURLToPath(new URL("../../helpers/console.ts", import.meta.url));

/** Looks at the ledger that a console has in an hour, milliseconds between two of ours, and bytes that ask for one. */
const looks = 3_600 / 2.5;
const pauseMs = 10;
const bytesOfLook = '{"id":1000,"request":{"kind":"months"}}\n{"id":1001,"request":{"kind":"runs"}}\n'.length;

/** What a console of 600 runs takes of memory while it looks at the ledger as often as in an hour, one look after the other. */
export async function hour(): Promise<void> {
  const frames = openFrames([process.execPath, program, "many", String(pauseMs)], { cols: 220, rows: 60 });
  await frames.wrote("month_");
  frames.type("2");
  await frames.wrote("the ledger");
  const pipeline = childrenOf(frames.pid)[0];
  if (pipeline === undefined) throw new Error("there is no pipeline");
  const first = bytesRead(pipeline);
  const looked = () => Math.floor((bytesRead(pipeline) - first) / bytesOfLook);
  console.log("| looks at the ledger | memory of the screen, MB |");
  console.log("|---:|---:|");
  for (const part of [0.02, 0.25, 0.5, 0.75, 1]) {
    while (looked() < looks * part) await Bun.sleep(pauseMs);
    console.log(`| ${looked()} | ${(residentBytes(frames.pid) / 1e6).toFixed(1)} |`);
  }
  frames.type("q");
  await frames.exited;
  frames.close();
}

function bytesRead(pid: number): number {
  return Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}
