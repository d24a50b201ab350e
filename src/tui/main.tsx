import type { Pipeline } from "../client/pipeline.ts";
import { ConsoleError } from "../core/errors.ts";
import type { Settings } from "../core/settings.ts";

/** Open the terminal UI; resolves to the exit code when the user quits. */
export async function runTui(_settings: Settings, _start: () => Pipeline): Promise<number> {
  throw new ConsoleError("usage", "The terminal UI is not built yet.", { hint: "Use `months` and `--month`." });
}
