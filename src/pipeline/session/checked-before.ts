import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { metSoFar, recall } from "../../core/checks.ts";
import type { Settings } from "../../core/settings.ts";

/** Beyond this many, the oldest are forgotten: most are of other data, or of what was asked of them once. */
const most = 2_000;

/**
 * Do what checks data from outside, and spare it what earlier processes of this home found sound. What they found is in
 * the home as digests, a line each. A home is made where there are drops; one that takes no file does without.
 */
export async function withChecksOf<Result>(
  { home, data }: Pick<Settings, "home" | "data">,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = join(home, "checked");
  const earlier = await Bun.file(path)
    .text()
    .catch(() => "");
  recall(earlier.split("\n").filter((line) => line !== ""));
  const known = metSoFar().size;
  const result = await work();
  if (metSoFar().size > known && existsSync(data)) await keep(path).catch(() => undefined);
  return result;
}

/** In place: of a file that is cut short, or written by two at once, each line is a digest or fits nothing. */
async function keep(path: string): Promise<void> {
  const lines = [...metSoFar()].slice(-most);
  await mkdir(dirname(path), { recursive: true });
  await Bun.write(path, `${lines.join("\n")}\n`);
}
