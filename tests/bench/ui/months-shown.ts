import { fileURLToPath } from "node:url";
import { ConsoleError } from "../../../src/core/errors.ts";
import { monthName } from "../../../src/core/month.ts";
import type { Timing } from "../load/samples.ts";
import { watchMemory } from "../memory.ts";
import { openFrames } from "./frames.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

/** The terminal UI, from the start of its process to the end of the first frame that shows the months; then it is left. */
export async function showMonths(url: string, data: string): Promise<Timing> {
  const began = performance.now();
  const frames = openFrames([process.execPath, main, "--data", data, "--database", url]);
  const memory = watchMemory(frames.pid);
  const goneEarly = frames.exited.then((exitCode) => {
    throw new ConsoleError(
      "internal",
      `The terminal UI left with ${exitCode} before it showed the months of ${data}.`,
      {
        hint: "Open it on these drops to see why.",
      },
    );
  });
  await Promise.race([frames.drew(monthName(0)), goneEarly]);
  const seconds = (performance.now() - began) / 1000;
  frames.type("q");
  await frames.exited;
  frames.close();
  return { seconds, peakBytes: memory.stop(), stages: {} };
}
