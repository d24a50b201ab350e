import type { Channel } from "../output.ts";
import { type Printer, printer } from "./printer.ts";

/** Every event as it comes, as one line of JSON. */
export function jsonLines(out: Channel): Printer {
  return printer({ event: (event) => out.write(`${JSON.stringify(event)}\n`) });
}
