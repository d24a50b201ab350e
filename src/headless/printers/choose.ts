import type { RunRequest } from "../../core/messages/requests.ts";
import type { Channel, Output } from "../views/output.ts";
import { lines, notices } from "./lines.ts";
import { type Printer, printer, together } from "./printer.ts";
import { failures, results } from "./results.ts";

/** Results on stdout, everything else on stderr: as JSON, as little as possible, as live bars, or as plain lines. */
export async function printerFor(
  { output: { out, err }, json, quiet }: { output: Output; json: boolean; quiet: boolean },
  request: RunRequest,
): Promise<Printer> {
  const told = failures(err);
  if (json) return together(quiet ? [jsonLines(out), told] : [jsonLines(out), notices(err), told]);
  if (quiet) return told;
  const summary = results(out, request);
  if (!err.isTerminal || process.env.TERM === "dumb") return together([lines(err), summary, told]);
  const { live } = await import("./live.ts");
  return together([live(err), summary, told]);
}

/** Every event as it comes, as one line of JSON. */
export function jsonLines(out: Channel): Printer {
  return printer({ event: (event) => out.write(`${JSON.stringify(event)}\n`) });
}
