import { fileURLToPath } from "node:url";
import { isRunEvent, type RunEvent } from "../../../src/core/messages/events.ts";

/** Streams as a pipeline sent them. */
export const streams = [
  "published",
  "dry-run",
  "unchanged",
  "faults",
  "expectations",
  "unevaluated",
  "series",
  "locked",
  "retried",
] as const;
export type StreamName = (typeof streams)[number];

export function streamPath(name: StreamName): string {
  return fileURLToPath(new URL(`../../fixtures/streams/headless-${name}.ndjson`, import.meta.url));
}

export async function readStream(name: StreamName): Promise<RunEvent[]> {
  const lines = (await Bun.file(streamPath(name)).text()).trim().split("\n");
  return lines.map((line) => {
    const event: unknown = JSON.parse(line);
    if (!isRunEvent(event)) throw new Error(`${name}: no event: ${line}`);
    return event;
  });
}
